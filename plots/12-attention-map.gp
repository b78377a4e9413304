# 12-attention-map: where each query looks, before training and after. Columns: query, key, before,
# after.
if (!exists("height")) { height = 340 }
colour = 0    # shades are no lines
load 'plots/style.gp'

map_x = 'key'
map_y = 'query'
map_low = 0
map_high = 1
map_down = 1
map_part = 0.5
set multiplot
set size 0.48, 1
set origin 0, 0
map_value = 'before'
map_box = 0
title = 'before training'
load 'plots/map.gp'

set size 0.52, 1
set origin 0.48, 0
map_value = 'after'
map_box = 1
title = 'after training'
load 'plots/map.gp'
unset multiplot
