# 05-tensor-nodes: what either engine records for one loss, against the work that the loss is, in
# networks of growing width. The Values grow with the work, the tape does not. Columns: width,
# multiplications, values, tape_nodes.
load 'plots/style.gp'

lines_x = 'multiplications'
lines_y = 'values tape_nodes'
lines_labels = 'Values tape'
xname = 'multiplications in the forward'
yname = 'nodes recorded'
logx = 1
logy = 1
load 'plots/lines.gp'
