# 04-scalar-mlp: the losses of XOR and, below, of two moons with moons that were never trained on.
# Columns: step, xor, moons, moons_held_out.
if (!exists("height")) { height = 560 }
load 'plots/style.gp'

lines_x = 'step'
set multiplot
set size 1, 0.5
set origin 0, 0.5
lines_y = 'xor'
lines_labels = 'XOR'
lines_gap = text ? 1.0 / (0.5 * word(dumb, 2) - 5) : 20.0 / (0.5 * height - 70)
yname = 'XOR: squared error'
logy = 1
load 'plots/lines.gp'

set origin 0, 0
lines_y = 'moons moons_held_out'
lines_labels = 'moons held_out'
yname = 'moons: loss (nats)'
load 'plots/lines.gp'
unset multiplot
