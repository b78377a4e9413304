# 10-embeddings-costs: the operations of chapters 08 to 10; see the script that it loads.
height = 330
load 'plots/07-linear-algebra-costs.gp'
