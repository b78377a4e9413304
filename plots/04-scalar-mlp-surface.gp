# 04-scalar-mlp-surface: the loss of the two moons around the trained weights, along two random
# directions; each line joins places of equal loss. Columns: a, b, loss.
colour = 0    # shades are no lines
load 'plots/style.gp'

set xrange [-1.05:1.05]
set yrange [-1.05:1.05]
set xlabel 'along one direction'
if (text) {
    set tmargin 2
    set label 1 'along another; loss: blank below 0.001, then .:-=+*#%, @ above 10' at graph 0, graph 1 left offset -4, 1
    shade(v) = (k = int((log10(v) + 3) * 2), k < 0 ? ' ' : k > 7 ? '@' : '.:-=+*#%'[k + 1:k + 1])
    # Three characters a place, for there are more columns than places.
    thrice(c) = c.c.c
    plot tsv using 1:2:(thrice(shade($3))) skip 1 with labels
} else {
    set ylabel 'along another'
    set cblabel 'loss' textcolor rgb '#303030'
    set logscale cb
    set palette defined (0 '#ffffff', 0.5 '#9ecae1', 1 '#08519c')
    plot tsv using 1:2:3 skip 1 with image
}
