# 06-elementwise: one regression with each activation. Columns: step, then one for each.
lines_dashed = 'gelu_tanh'
yname = 'mean squared error'
logy = 1
load 'plots/curves.gp'
