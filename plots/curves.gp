# curves: every column after the first as a line, named by its header, over the first. The general
# figure of the chapters that compare runs; a chapter's own script sets what it wants otherwise and
# loads this one:
#
#     title = 'with and without normalisation'; yname = 'loss'; logy = 1
#     load 'plots/curves.gp'
#
# It takes the variables of plots/lines.gp that are not columns.
load 'plots/style.gp'

lines_x = word(columns, 1)
lines_y = columns[strlen(lines_x) + 2:*]
if (!exists("yname")) { yname = words(lines_y) == 1 ? as_words(lines_y) : '' }
load 'plots/lines.gp'
