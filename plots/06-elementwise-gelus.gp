# 06-elementwise-gelus: how far GELU's tanh form lies from its exact form. Columns: x, value, slope.
load 'plots/style.gp'

lines_x = 'x'
lines_y = 'value slope'
yname = 'gelu_tanh less gelu'
load 'plots/lines.gp'
