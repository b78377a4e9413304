# 16-tokenizer: the same small model on the ids of vocabularies of five sizes. Columns: step, then bits
# per byte of held-out text by size, ids_257, ids_512, ...
yname = 'bits per byte of held-out text'
load 'plots/style.gp'
lines_x = 'step'
lines_y = columns[strlen('step') + 2:*]
lines_labels = replace(replace(replace(replace(replace(lines_y, 'ids_', ''), 'ids_', ''), 'ids_', ''), 'ids_', ''), 'ids_', '')
title = 'by size of the vocabulary'
load 'plots/lines.gp'
