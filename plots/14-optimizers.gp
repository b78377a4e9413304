# 14-optimizers: one network under each optimizer. Columns: step, sgd, momentum, adam, adamw.
yname = 'mean loss over all points (nats)'
logy = 1
load 'plots/curves.gp'
