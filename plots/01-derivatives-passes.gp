# 01-derivatives-passes: how often a computation is gone through for its whole gradient, against how
# many inputs it has. Columns: inputs, forward_mode, reverse_mode.
load 'plots/style.gp'

lines_x = 'inputs'
lines_y = 'forward_mode reverse_mode'
yname = 'passes'
logx = 1
logy = 1
load 'plots/lines.gp'
