# 01-derivatives: two walks downhill on one curve. Above the curve and every place the walks stood on,
# below the height over the steps. Columns: step, left_x, left, left_slope, right_x, right, right_slope.
if (!exists("height")) { height = 560 }
load 'plots/style.gp'

curve(x) = x**4 - 3 * x**2 + x
set multiplot
set size 1, 0.5
set origin 0, 0.5
set xrange [-2.1:2.1]
set yrange [-4:7]
set xlabel 'x'
if (text) {
    set tmargin 2
    set label 1 'f(x)' at graph 0, graph 1 left offset -4, 1
} else {
    set ylabel 'f(x)'
}
set label 2 (text ? marks[1].' ' : '').'from x = 0.1' at 0.15, 1 left textcolor linetype 1
set label 3 (text ? marks[2].' ' : '').'from x = 2' at 1.9, 6 right textcolor linetype 2
# In characters a walk is its points alone: gnuplot draws a curve there with the marks of the walks.
set rmargin 7
set samples 200
walk(i, x, y) = sprintf("tsv using %d:%d skip 1 with points linetype %d%s", column_of(x), column_of(y), \
                        i, text ? sprintf(" pointtype '%s'", marks[i]) : '')
eval "plot ".(text ? "" : "curve(x) with lines linewidth 1 linecolor rgb '#808080', "). \
     walk(1, 'left_x', 'left').", ".walk(2, 'right_x', 'right')

unset label
set origin 0, 0
lines_x = 'step'
lines_y = 'left right'
lines_labels = 'from_0.1 from_2'
lines_gap = text ? 1.0 / (0.5 * word(dumb, 2) - 5) : 20.0 / (0.5 * height - 70)
yname = 'f(x)'
load 'plots/lines.gp'
unset multiplot
