# 05-tensor: one network trained by the Value engine and by the tensor engine: the same losses, and below
# by how much their gradients differ, for rounding's sake. Columns: step, values, tensors,
# gradients_apart.
if (!exists("height")) { height = 560 }
load 'plots/style.gp'

lines_x = 'step'
panel_room = 7
set multiplot
panel = 'top'
lines_y = 'values tensors'
lines_dashed = 'tensors'
yname = text ? 'cross-entropy (nats): one line on the other' : 'cross-entropy (nats)'
load 'plots/lines.gp'

panel = 'bottom'
lines_y = 'gradients_apart'
yname = text ? 'largest difference of two gradients, by the largest gradient' : 'gradients apart (relative)'
logy = 1
load 'plots/lines.gp'
unset multiplot
