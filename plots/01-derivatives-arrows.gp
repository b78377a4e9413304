# 01-derivatives-arrows: the gradient of x^2 y + 3y at many places, as arrows, over lines of equal
# height, 2 apart, which are y = c / (x^2 + 3). The arrow at (1, 2) is the one that the chapter works
# out. Columns: x, y, along_x, along_y.
if (!exists("height")) { height = 440 }
load 'plots/style.gp'

level(c, x) = c / (x**2 + 3)
worked(x, y) = abs(x - 1) < 1e-9 && abs(y - 2) < 1e-9
set xrange [-2.4:2.4]
set yrange [0:3.1]
set xlabel 'x'
set samples 200
if (text) {
    set tmargin 2
    set label 1 'y; each mark points uphill, @ is (1, 2)' at graph 0, graph 1 left offset -4, 1
    # Every arrow of this gradient points up: its y part is x^2 + 3.
    lean(dx, dy) = abs(dx) < 0.4 * dy ? 0 : dx > 0 ? 1 : -1
    plot for [c = 4:20:4] level(c, x) with points pointtype '.', \
         tsv using 1:(worked($1, $2) || lean($3, $4) != -1 ? NaN : $2) skip 1 with points pointtype '\', \
         tsv using 1:(worked($1, $2) || lean($3, $4) != 0 ? NaN : $2) skip 1 with points pointtype '^', \
         tsv using 1:(worked($1, $2) || lean($3, $4) != 1 ? NaN : $2) skip 1 with points pointtype '/', \
         tsv using 1:(worked($1, $2) ? $2 : NaN) skip 1 with points pointtype '@'
} else {
    set ylabel 'y'
    set size ratio -1
    set rmargin 5
    unset grid
    scale = 0.033
    do for [c = 2:26:2] { set label c sprintf('%d', c) at 2.4, level(c, 2.4) left offset 0.4, 0 textcolor rgb '#808080' }
    plot for [c = 2:26:2] level(c, x) with lines linewidth 1 linecolor rgb '#b0b0b0', \
         tsv using (worked($1, $2) ? NaN : $1):2:(scale * $3):(scale * $4) skip 1 with vectors head filled size 0.07, 20 linetype 1 linewidth 1.5, \
         tsv using (worked($1, $2) ? $1 : NaN):2:(scale * $3):(scale * $4) skip 1 with vectors head filled size 0.07, 20 linetype 2 linewidth 2.5
}
