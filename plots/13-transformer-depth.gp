# 13-transformer-depth: the size of the gradient at each depth of a stack of blocks, before training.
# Columns: depth (1 is nearest the input), then one for each way to put norms and residuals.
yname = 'gradient, by that at the top (root mean square)'
logy = 1
load 'plots/curves.gp'
