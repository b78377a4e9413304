# 06-elementwise-activations: above, each activation; below, its slope as the backward gives it.
# Columns: x, one for each activation, and NAME_slope for each.
if (!exists("height")) { height = 760 }
load 'plots/style.gp'

lines_x = 'x'
lines_labels = 'tanh sigmoid relu gelu gelu_tanh silu'
lines_dashed = 'gelu_tanh gelu_tanh_slope'
panel_room = 10
set multiplot
panel = 'top'
lines_y = 'tanh sigmoid relu gelu gelu_tanh silu'
yname = 'y'
load 'plots/lines.gp'

panel = 'bottom'
lines_y = 'tanh_slope sigmoid_slope relu_slope gelu_slope gelu_tanh_slope silu_slope'
yname = 'slope dy/dx'
load 'plots/lines.gp'
unset multiplot
