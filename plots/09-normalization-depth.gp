# 09-normalization-depth: the size of the activations and of their gradients by layer, before the first
# step. Columns: layer, then with_small, without_small, with_large, without_large, each with
# activation_ and with gradient_ in front.
if (!exists("height")) { height = 560 }
load 'plots/style.gp'

lines_x = 'layer'
lines_labels = 'norm,_small without,_small norm,_large without,_large'
lines_dashed = 'activation_with_large gradient_with_large'
kinds(what) = what.'_with_small '.what.'_without_small '.what.'_with_large '.what.'_without_large'
logy = 1
panel_room = 14
set multiplot
panel = 'top'
lines_y = kinds('activation')
yname = text ? 'activations (root mean square)' : 'activations (rms)'
load 'plots/lines.gp'

panel = 'bottom'
lines_y = kinds('gradient')
yname = text ? 'gradients (root mean square)' : 'gradients (rms)'
load 'plots/lines.gp'
unset multiplot
