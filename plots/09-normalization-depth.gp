# 09-normalization-depth: the size of the activations and of their gradients by layer, before the first
# step. Columns: layer, activation_with, activation_without, gradient_with, gradient_without.
if (!exists("height")) { height = 560 }
load 'plots/style.gp'

lines_x = 'layer'
lines_labels = 'with_layer_norm without'
logy = 1
panel_room = 15
set multiplot
panel = 'top'
lines_y = 'activation_with activation_without'
yname = text ? 'activations (root mean square)' : 'activations (rms)'
load 'plots/lines.gp'

panel = 'bottom'
lines_y = 'gradient_with gradient_without'
yname = text ? 'gradients (root mean square)' : 'gradients (rms)'
load 'plots/lines.gp'
unset multiplot
