# 04-scalar-mlp-boundary: what the network of the two moons believes everywhere, and the points it was
# trained on. Columns: x, y, probability; the points' table, -points.tsv beside it: x, y, moon.
load 'plots/style.gp'

points = replace(tsv, '-boundary.tsv', '-points.tsv')
set xrange [-1.55:2.55]
set yrange [-1.03:1.53]
set xlabel 'x'
if (text) {
    set tmargin 2
    set label 1 'y' at graph 0, graph 1 left offset -2, 1
    # Shades are characters, the points' moons 0 and 1 show on them.
    plot tsv using 1:2:($3 > 0.5 ? '..' : '  ') skip 1 with labels, \
         points using 1:2:(sprintf('%d', $3)) skip 1 with labels
} else {
    set ylabel 'y'
    set cblabel 'probability of the second moon' textcolor rgb '#303030'
    set cbrange [0:1]
    set palette defined (0 '#cfe5f3', 0.5 '#ffffff', 1 '#f9dcc8')
    plot tsv using 1:2:3 skip 1 with image, \
         points using 1:($3 < 0.5 ? $2 : NaN) skip 1 with points linetype 1 pointsize 0.6, \
         points using 1:($3 > 0.5 ? $2 : NaN) skip 1 with points linetype 2 pointtype 9 pointsize 0.7
}
