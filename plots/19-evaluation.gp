# 19-evaluation: one text as characters and as byte pairs: the perplexity per id on held-out text and,
# below, the bits per byte. Columns: step, and loss, perplexity and bits of each.
if (!exists("height")) { height = 560 }
load 'plots/style.gp'

lines_x = 'step'
lines_labels = 'characters byte_pairs'
panel_room = 12
set multiplot
panel = 'top'
logy = 1
lines_y = 'perplexity_characters perplexity_pairs'
yname = 'perplexity per id'
load 'plots/lines.gp'

panel = 'bottom'
logy = 0
lines_y = 'bits_characters bits_pairs'
yname = 'bits per byte'
load 'plots/lines.gp'
unset multiplot
