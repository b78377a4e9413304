# 02-value: the loss of a parabola fitted to noisy points, and the three numbers on their way.
# Columns: step, loss, a, b, c.
if (!exists("height")) { height = 560 }
load 'plots/style.gp'

lines_x = 'step'
set multiplot
set size 1, 0.5
set origin 0, 0.5
lines_y = 'loss'
lines_labels = 'loss'
lines_gap = text ? 1.0 / (0.5 * word(dumb, 2) - 5) : 20.0 / (0.5 * height - 70)
yname = 'mean squared error'
logy = 1
load 'plots/lines.gp'

set origin 0, 0
unset logscale
lines_y = 'a b c'
lines_labels = 'a b c'
yname = 'a, b, c'
logy = 0
load 'plots/lines.gp'
unset multiplot
