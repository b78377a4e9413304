# 07-linear-algebra-confusion: how often each held-out digit was read as each, as numbers and as
# shades; a shade's step is a factor, so that single mistakes show. Columns: digit, read_as, images.
if (!exists("height")) { height = 460 }
colour = 0    # shades are no lines
load 'plots/style.gp'

set xrange [-0.5:9.5]
set yrange [9.5:-0.5]
set xtics 0, 1, 9
set ytics 0, 1, 9
unset grid
set xlabel 'read as'
set ylabel 'drawn digit'
counted(n) = n > 0 ? sprintf('%d', n) : text ? '.' : ''
if (text) {
    plot tsv using 2:1:(counted($3)) skip 1 with labels
} else {
    set palette defined (0 '#ffffff', 0.5 '#7fb8d8', 1 '#003f66')
    set cbrange [0:log(400)]
    unset colorbox
    plot tsv using 2:1:(log(1 + $3)) skip 1 with image pixels, \
         '' using 2:1:($3 < 30 ? counted($3) : '') skip 1 with labels textcolor rgb '#000000', \
         '' using 2:1:($3 < 30 ? '' : counted($3)) skip 1 with labels textcolor rgb '#ffffff'
}
