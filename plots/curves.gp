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
load 'plots/lines.gp'
