# bench-attention: what attention costs against the length of the text, forward and backward: seconds
# and, below, memory. In each label the exponent of the power law through the points from 512 on.
# Columns: length, composed_seconds, fused_seconds, composed_megabytes, fused_megabytes.
if (!exists("height")) { height = 640 }
load 'plots/style.gp'

slope_names = 'composed_seconds fused_seconds composed_megabytes fused_megabytes'
slope_letter = 'T'
slope_from = 512
load 'plots/slope.gp'

lines_x = 'length'
xname = 'length of the text T'
logx = 1
logy = 1
panel_room = 18
set multiplot
panel = 'top'
lines_y = 'composed_seconds fused_seconds'
lines_labels = 'composed'.slopes[1].' fused'.slopes[2]
yname = 'seconds'
load 'plots/lines.gp'

panel = 'bottom'
lines_y = 'composed_megabytes fused_megabytes'
lines_labels = 'composed'.slopes[3].' fused'.slopes[4]
yname = 'memory (MB)'
load 'plots/lines.gp'
unset multiplot
