# 07-linear-algebra-digits: images that the classifier is to read. Columns: column, row, ink.
if (!exists("height")) { height = 190 }
colour = 0    # shades are no lines
load 'plots/style.gp'

map_x = 'column'
map_y = 'row'
map_value = 'ink'
map_low = 0
map_high = 1
map_down = 1
map_box = 0
xname = ''
yname = ''
unset tics
unset border
load 'plots/map.gp'
