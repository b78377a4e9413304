# 09-normalization: a network of 20 layers with and without layer norm. Columns: step,
# with_layer_norm, without.
yname = 'cross-entropy (nats)'
load 'plots/curves.gp'
