# 06-elementwise-fits: the curve that each activation's network drew through the points.
# Columns: x, target, then one for each activation.
load 'plots/style.gp'

lines_x = 'x'
lines_y = columns[strlen('x target') + 2:*]
lines_also = sprintf("tsv using 1:2 skip 1 with points linecolor rgb '#909090' pointsize 0.5 pointtype %s", \
                     text ? "'o'" : '7')
lines_dashed = 'gelu_tanh'
yname = text ? 'y (o: the points)' : 'y'
load 'plots/lines.gp'
