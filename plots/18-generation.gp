# 18-generation: the probabilities of the likeliest characters after one prompt, as temperature and
# top-k change them. Columns: rank, then one for each setting.
xname = 'rank of the character'
yname = 'probability'
load 'plots/curves.gp'
