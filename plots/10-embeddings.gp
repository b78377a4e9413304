# 10-embeddings: two language models on characters they were not trained on, and what counting pairs of
# characters reaches. Columns: step, bigram, ngram, counted_bigram.
yname = 'held-out loss (nats per character)'
load 'plots/curves.gp'
