# 12-attention: a look-up task with the scale 1/sqrt(D) and without: the loss and, below, over how many
# keys the attention is spread. Columns: step, scaled, unscaled, scaled_entropy, unscaled_entropy, ...
if (!exists("height")) { height = 560 }
load 'plots/style.gp'

lines_x = 'step'
lines_labels = 'with_1/sqrt(D) without'
panel_room = 14
set multiplot
panel = 'top'
lines_y = 'scaled unscaled'
yname = 'cross-entropy (nats)'
load 'plots/lines.gp'

panel = 'bottom'
lines_y = 'scaled_entropy unscaled_entropy'
yname = text ? 'entropy of the weights (nats; all alike: ln 16 = 2.77)' : 'entropy (nats)'
load 'plots/lines.gp'
unset multiplot
