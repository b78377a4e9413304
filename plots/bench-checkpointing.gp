# bench-checkpointing: what a step takes and keeps against the number of layers, with all activations
# kept, with one result kept for every root of L blocks, and for every block: seconds and, below, memory.
# In each label the exponent of the power law. Columns: layers, kept_seconds, root_seconds, each_seconds,
# kept_megabytes, root_megabytes, each_megabytes.
if (!exists("height")) { height = 640 }
load 'plots/style.gp'
slope_names = 'kept_seconds root_seconds each_seconds kept_megabytes root_megabytes each_megabytes'
slope_letter = 'L'
load 'plots/slope.gp'

lines_x = 'layers'
xname = 'layers L'
logx = 1
logy = 1
panel_room = 18
set multiplot
panel = 'top'
lines_y = 'kept_seconds root_seconds each_seconds'
lines_labels = 'all_kept'.slopes[1].' every_root'.slopes[2].' every_block'.slopes[3]
yname = 'seconds'
load 'plots/lines.gp'

panel = 'bottom'
lines_y = 'kept_megabytes root_megabytes each_megabytes'
lines_labels = 'all_kept'.slopes[4].' every_root'.slopes[5].' every_block'.slopes[6]
yname = 'memory (MB)'
load 'plots/lines.gp'
unset multiplot
