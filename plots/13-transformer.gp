# 13-transformer: an encoder-decoder learns to reverse eight digits. Columns: step, loss, accuracy.
if (!exists("height")) { height = 560 }
load 'plots/style.gp'

lines_x = 'step'
panel_room = 2
set multiplot
panel = 'top'
lines_y = 'loss'
yname = 'cross-entropy (nats per digit)'
load 'plots/lines.gp'

panel = 'bottom'
lines_y = 'accuracy'
yname = text ? 'share of the digits that are right' : 'share of digits right'
load 'plots/lines.gp'
unset multiplot
