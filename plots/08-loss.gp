# 08-loss: softmax regression: the loss, which comes to the same fused and composed, and below the
# flowers it mistakes. Columns: step, fused, composed, held_out, wrong, held_out_wrong.
if (!exists("height")) { height = 560 }
load 'plots/style.gp'

lines_x = 'step'
panel_room = 10
set multiplot
panel = 'top'
lines_y = 'fused held_out composed'
lines_dashed = 'composed'
yname = 'cross-entropy (nats)'
logx = 1
load 'plots/lines.gp'

panel = 'bottom'
lines_y = 'wrong held_out_wrong'
lines_labels = 'trained_on held_out'
yname = 'flowers mistaken'
load 'plots/lines.gp'
unset multiplot
