# 07-linear-algebra: a classifier of drawn digits: the loss and, below, the digits it misreads.
# Columns: step, loss, held_out_loss, wrong, held_out_wrong.
if (!exists("height")) { height = 560 }
load 'plots/style.gp'

lines_x = 'step'
lines_labels = 'trained_on held_out'
panel_room = 10
logy = 1
set multiplot
panel = 'top'
lines_y = 'loss held_out_loss'
yname = 'cross-entropy (nats)'
load 'plots/lines.gp'

panel = 'bottom'
lines_y = 'wrong held_out_wrong'
yname = 'misread (per cent)'
load 'plots/lines.gp'
unset multiplot
