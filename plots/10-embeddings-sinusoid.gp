# 10-embeddings-sinusoid: the table of sinusoidal positions. Columns: position, column, value.
colour = 0    # shades are no lines
load 'plots/style.gp'

map_x = 'position'
map_y = 'column'
map_value = 'value'
map_low = -1
map_high = 1
map_signed = 1
map_down = 1
yname = text ? 'column; value from -1 (blank) to 1 (@)' : 'column'
load 'plots/map.gp'
