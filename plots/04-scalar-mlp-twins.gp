# 04-scalar-mlp-twins: the loss of XOR between four sets of weights that compute the same: the trained
# ones at (0, 0), two neurons swapped at (1, 0), one neuron's signs turned at (0, 1), both at (1, 1).
# Columns: a, b, loss.
colour = 0    # shades are no lines
load 'plots/style.gp'

set xrange [-0.275:1.275]
set yrange [-0.275:1.275]
set xlabel 'towards two neurons swapped'
seen(v) = v < 1e-3 ? 1e-3 : v
if (text) {
    set tmargin 2
    set label 1 'towards signs turned; loss: blank below 0.01, then .:-=+*#%, @ above 10' at graph 0, graph 1 left offset -4, 1
    shade(v) = (k = int(floor((log10(v) + 2) * 8 / 3.0)), k < 0 ? ' ' : k > 7 ? '@' : '.:-=+*#%'[k + 1:k + 1])
    # Three characters a place, for there are more columns than places.
    thrice(c) = c.c.c
    plot tsv using 1:2:(thrice(shade(seen($3)))) skip 1 with labels
} else {
    set ylabel "towards one neuron's signs turned"
    set cblabel 'loss' textcolor rgb '#303030'
    set logscale cb
    set palette defined (0 '#ffffff', 0.5 '#9ecae1', 1 '#08519c')
    plot tsv using 1:2:(seen($3)) skip 1 with image
}
