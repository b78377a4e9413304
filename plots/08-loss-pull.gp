# 08-loss-pull: how hard two losses pull on the right answer's score, against how far the wrong one
# leads. Columns: lead, cross_entropy, squared.
load 'plots/style.gp'

lines_x = 'lead'
lines_y = 'cross_entropy squared'
xname = "lead of the wrong answer's score"
yname = 'minus the slope'
load 'plots/lines.gp'
