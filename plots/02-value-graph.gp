# 02-value-graph: the graphs of (ab + c)^2 and (x + y)(xy), each Value with its number (blue) and its
# gradient (vermillion). Arrows lead forward, from what is used to who uses it; on each stands the
# share that comes back along it. Columns: node, x, y, data, grad, user_x, user_y, share.
if (!exists("height")) { height = 560 }
load 'plots/style.gp'

names = 'a b c ab ab+c (ab+c)^2 x y x+y xy (x+y)(xy)'
name(i) = word(names, int(i))
wide = text ? 0.22 : 0.29
high = 0.42
set xrange [-0.4:3.4]
set yrange [-0.5:6.6]
unset border
unset tics
unset grid
set lmargin 1
set rmargin 1
set bmargin 1
set tmargin 2
to(from, user) = user - wide - (from + wide)
along(from, user) = from + 0.3 * (user - from) # where on the arrow its share is written
edge_x(from, user) = along(from + wide, user - wide)
once(i) = (before = latest, latest = i, i != before) # a Value with two uses has two rows
latest = 0
if (text) {
    set label 1 'value | gradient; on the lines, what comes back' at graph 0, graph 1 left offset 0, 1
    plot tsv using ($2 + wide):3:(to($2, $6)):($7 - $3) skip 1 with vectors nohead linetype 1, \
         tsv using (edge_x($2, $6)):(along($3, $7)):(sprintf(' %g ', $8)) skip 1 with labels, \
         tsv using 2:($3 + 0.38):(name($1)) skip 1 with labels, \
         tsv using 2:3:(sprintf('%g | %g', $4, $5)) skip 1 with labels
} else {
    set label 1 'value, computed forward' at graph 0.25, graph 1 center offset 0, 0.8 textcolor linetype 1
    set label 2 'gradient, computed backward' at graph 0.72, graph 1 center offset 0, 0.8 textcolor linetype 2
    set style textbox opaque noborder margins 0.3, 0.3
    set style fill solid 1 border linecolor rgb '#606060'
    plot tsv using ($2 + wide):3:(to($2, $6)):($7 - $3) skip 1 with vectors head filled size 0.07, 20 linewidth 1.4 linecolor rgb '#909090', \
         tsv using (edge_x($2, $6)):(along($3, $7)):(sprintf('%g', $8)) skip 1 with labels boxed textcolor linetype 2, \
         tsv using 2:3:(wide):(high) skip 1 with boxxyerror fillcolor rgb '#ffffff' linewidth 1.2, \
         tsv using 2:($3 + 0.17):(once($1) ? name($1) : '') skip 1 with labels, \
         tsv using ($2 - 0.04):($3 - 0.19):(once($1) ? sprintf('%g', $4) : '') skip 1 with labels right textcolor linetype 1, \
         tsv using ($2 + 0.04):($3 - 0.19):(once($1) ? sprintf('%g', $5) : '') skip 1 with labels left textcolor linetype 2
}
