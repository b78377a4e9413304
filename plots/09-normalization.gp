# 09-normalization: a deep network with and without layer norm, from small weights and from large ones.
# Columns: step, with_small, without_small, with_large, without_large.
lines_labels = 'norm,_small without,_small norm,_large without,_large'
yname = 'cross-entropy (nats)'
load 'plots/curves.gp'
