# 05-tensor-nodes: what either engine records for one loss, against the width of the network. The work
# is the same; the Values grow with it, the tensors' nodes do not. Columns: width, multiplications,
# values, tape_nodes.
load 'plots/style.gp'

lines_x = 'width'
lines_y = 'multiplications values tape_nodes'
xname = 'width of the hidden layers'
yname = 'number'
logx = 1
logy = 1
load 'plots/lines.gp'
