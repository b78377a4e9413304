# 17-parity: a GPT-2 trained a hundred steps by our trainer and by PyTorch, from the same weights on the
# same batches. Above the two losses, below how far apart they are at each step, in double and in float;
# and, to hold that to, PyTorch from itself after a change in one weight's last bit, and PyTorch's float
# from its double. Columns: step, ours, pytorch, and those four differences,
# nan where two losses are equal.
if (!exists("height")) { height = 600 }
load 'plots/style.gp'

lines_x = 'step'
panel_room = 21
set multiplot
panel = 'top'
lines_y = 'ours pytorch'
lines_labels = 'ours PyTorch'
lines_dashed = 'pytorch'
yname = 'loss (nats)'
load 'plots/lines.gp'

panel = 'bottom'
logy = 1
lines_y = 'float precision double nudged'
lines_labels = 'ours-PyTorch,_float PyTorch_float-double ours-PyTorch,_double PyTorch,_a_bit_changed'
lines_dashed = ''
yname = text ? 'differences of the losses (nats)' : 'difference (nats)'
load 'plots/lines.gp'
unset multiplot
