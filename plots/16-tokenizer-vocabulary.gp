# 16-tokenizer-vocabulary: what a larger vocabulary buys. Columns: vocabulary (ids), bytes_per_id of
# held-out text, and its bits per byte: of a blind guess (uniform) and after training (bits_per_byte).
if (!exists("height")) { height = 560 }
load 'plots/style.gp'

lines_x = 'vocabulary'
xname = 'ids in the vocabulary'
logx = 1
set multiplot
panel = 'top'
lines_y = 'bytes_per_id'
yname = 'bytes per id'
load 'plots/lines.gp'

panel = 'bottom'
lines_y = 'uniform bits_per_byte'
lines_labels = 'blind_guess trained'
yname = 'bits per byte'
load 'plots/lines.gp'
unset multiplot
