# 10-embeddings-similarity: how alike the sinusoids of two positions are, by the distance between them,
# for tables of three widths. Columns: distance, then one for each width.
xname = 'distance of the two positions'
yname = 'cosine similarity'
load 'plots/curves.gp'
