# map: draws one column of a table as shades over two others, which number the cells of a grid. Other
# scripts load it, after plots/style.gp, with these variables set; it is one plot, so it may stand
# inside a multiplot.
#
#   map_x, map_y       the names of the columns along the bottom and upwards
#   map_value          the name of the column that is shown
#   map_low, map_high  the values that are shown lightest and darkest; the table's own unless set
#   map_signed         1 if values below and above 0 shall be told apart: the middle is white
#   map_down           1 if map_y grows downwards, as the rows of a matrix do
#   map_box            0 to leave out the scale of shades; 1 unless set
#   map_part           the part of the width that the plot has, when it is one of several; 1 unless set
#   xname, yname, title
#
# In characters, the shades from light to dark are " .:-=+*#%@". Some of them are also the marks of lines,
# so a script sets colour = 0 before it loads style.gp.

if (!exists("map_signed")) { map_signed = 0 }
if (!exists("map_down")) { map_down = 0 }
if (!exists("map_box")) { map_box = 1 }
if (!exists("map_part")) { map_part = 1 }
if (!exists("xname")) { xname = as_words(map_x) }
if (!exists("yname")) { yname = as_words(map_y) }
if (!exists("title")) { title = '' }
do for [name in map_x.' '.map_y.' '.map_value] {
    if (!has(name)) {
        print sprintf("%s: expected a column named %s, found %s", tsv, name, columns)
        exit status 2
    }
}
map_xcolumn = column_of(map_x)
map_ycolumn = column_of(map_y)
map_column = column_of(map_value)
set xrange [*:*]
set yrange [*:*]
stats tsv using map_xcolumn skip 1 nooutput name 'map_along'
stats tsv using map_ycolumn skip 1 nooutput name 'map_up'
stats tsv using map_column skip 1 nooutput name 'map_values'
if (!exists("map_low")) { map_low = map_values_min }
if (!exists("map_high")) { map_high = map_values_max }
set xrange [map_along_min - 0.5:map_along_max + 0.5]
if (map_down) { set yrange [map_up_max + 0.5:map_up_min - 0.5] } else { set yrange [map_up_min - 0.5:map_up_max + 0.5] }
set xlabel xname
unset grid
unset label
if (title ne '') { set title title } else { unset title }
if (text) {
    set tmargin 1 + (title ne '')
    # A row of the table has a row of characters, where there are enough.
    map_spare = word(dumb, 2) - 5 - (title ne '') - (map_up_max - map_up_min + 1)
    set bmargin 2 + (map_spare > 0 ? map_spare : 0)
    set label 1 yname at graph 0, graph 1 left offset -4, 1
    # A cell is as many characters wide as fit.
    map_cell = int(ceil((map_part * word(dumb, 1) - 12) / (map_along_max - map_along_min + 1)))
    map_shades = ' .:-=+*#%@'
    share(v) = map_high == map_low ? 0 : (v - map_low) / (map_high - map_low)
    shade(v) = (at = 1 + int(share(v) * 9.999), at = at < 1 ? 1 : at > 10 ? 10 : at, map_shades[at:at])
    repeated(c, n) = n <= 1 ? c : c.repeated(c, n - 1)
    plot tsv using map_xcolumn:map_ycolumn:(repeated(shade(column(map_column)), map_cell)) skip 1 with labels
} else {
    set ylabel yname
    set cbrange [map_low:map_high]
    if (map_signed) { set palette defined (-1 '#0072B2', 0 '#ffffff', 1 '#D55E00') } \
    else { set palette defined (0 '#ffffff', 0.5 '#7fb8d8', 1 '#003f66') }
    if (map_box) { set colorbox } else { unset colorbox }
    set cbtics scale 0.5 textcolor rgb '#303030'
    plot tsv using map_xcolumn:map_ycolumn:map_column skip 1 with image pixels
}
