# 03-gradcheck: one model trained with the right gradient and with a wrong one. Both losses fall.
# Columns: step, right_gradient, wrong_gradient.
load 'plots/style.gp'

lines_x = 'step'
lines_y = 'right_gradient wrong_gradient'
yname = 'mean squared error'
logy = 1
load 'plots/lines.gp'
