# 07-linear-algebra-jacobian: the gradient of a product of n by n matrices through the Jacobian and by
# a vector-Jacobian product: bytes above, seconds below. Columns: n, jacobian_bytes, vjp_bytes,
# jacobian_seconds, vjp_seconds.
if (!exists("height")) { height = 620 }
load 'plots/style.gp'

lines_x = 'n'
panel_room = 16
logx = 1
logy = 1
set multiplot
panel = 'top'
lines_y = 'jacobian_bytes vjp_bytes'
lines_labels = 'Jacobian dA_alone'
yname = 'memory (bytes)'
load 'plots/lines.gp'

panel = 'bottom'
lines_y = 'jacobian_seconds vjp_seconds'
lines_labels = 'Jacobian dC_times_B^T'
title = 'measured up to n = 64 (the dashed line); beyond it the Jacobian grows by n^4'
if (!text) { set arrow from 64, graph 0 to 64, graph 1 nohead back linecolor rgb '#303030' dashtype 2 }
xname = 'n, of the n by n matrices'
yname = 'time (seconds)'
load 'plots/lines.gp'
unset multiplot
