# loss: the loss over the steps of a training run, and the loss on held-out data where the run
# measured it. Columns: step, and loss or validation or both; others are left alone. Runs of 200 rows
# or more show the training loss averaged, over its single values. A chapter's own script may set
# title, yname (the loss's unit), logy and the other variables of plots/lines.gp, and load this one.
load 'plots/style.gp'

lines_x = 'step'
lines_y = has('loss') && has('validation') ? 'loss validation' : has('validation') ? 'validation' : 'loss'
lines_labels = has('validation') ? (has('loss') ? 'train validation' : 'validation') : 'loss'
lines_mean = 'loss'
if (!exists("yname")) { yname = 'loss' }
load 'plots/lines.gp'
