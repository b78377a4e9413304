# 14-optimizers: one model under each optimizer, at its best rate of nine. Columns: step, sgd, momentum,
# adam, adamw: loss above the least that any bigram model can reach.
yname = 'loss above the least possible (nats)'
logy = 1
load 'plots/curves.gp'
