# 16-tokenizer: the same small model on the ids of vocabularies of five sizes. Columns: step, then bits
# per byte of held-out text by size: 257_ids, 512_ids, ...
yname = 'bits per byte of held-out text'
load 'plots/curves.gp'
