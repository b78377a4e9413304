# 14-optimizers-paths: the ways four optimizers take down the valley ((x-2)^2 + 20 (y-1)^2) / 2 from
# (-2, 2.2); each thin line joins places of equal height. Columns: step, then x and y of each.
load 'plots/style.gp'

# Where the height is c, x is 2 + sqrt(2c) cos t and y is 1 + sqrt(2c/20) sin t.
set parametric
set trange [0:2 * pi]
set samples 400
set xrange [-2.4:3.4]
set yrange [-0.4:2.5]
set xlabel 'x'
if (text) {
    set tmargin 1
    set bmargin 2
    set label 8 'y      x: the bottom of the valley' at graph 0, graph 1 left offset -4, 1
} else {
    set ylabel 'y'
    set key outside right top reverse Left samplen 2
    set label 9 '' at 2, 1 point pointtype 2 linecolor rgb '#606060'
}
ring(c) = sprintf("2 + sqrt(2 * %g) * cos(t), 1 + sqrt(%g / 10) * sin(t) with lines linewidth 1 linecolor rgb '#b8b8b8' notitle", c, c)
path(i, name) = sprintf("tsv using %d:%d skip 1 with %s linetype %d title '%s'", column_of(name.'_x'), column_of(name.'_y'), \
                        text ? sprintf("points pointtype '%s'", marks[i]) : 'linespoints', i, name)
paths = ''
if (text) {
    set label 9 'x' at 2, 1
    set label 10 '* sgd  # momentum  $ adam  % adamw' at graph 1, graph 1 right offset 0, 1
} else {
    do for [c in "0.25 1 2.5 5 10 17"] { paths = paths.ring(real(c)).', ' }
}
eval 'plot '.paths.path(1, 'sgd').', '.path(2, 'momentum').', '.path(3, 'adam').', '.path(4, 'adamw')
