# 08-loss-jacobian: the Jacobian of softmax at six scores, and at three times those. Columns: score,
# probability, once, thrice.
if (!exists("height")) { height = 340 }
colour = 0    # shades are no lines
load 'plots/style.gp'

map_x = 'score'
map_y = 'probability'
map_low = -0.25
map_high = 0.25
map_signed = 1
map_down = 1
map_part = 0.5
set multiplot
set size 0.46, 1
set origin 0, 0
map_value = 'once'
map_box = 0
title = text ? 'six scores: = is 0' : 'six scores'
load 'plots/map.gp'

set size 0.54, 1
set origin 0.46, 0
map_value = 'thrice'
map_box = 1
title = text ? 'times three: @ is 1/4' : 'the same, times three'
load 'plots/map.gp'
unset multiplot
