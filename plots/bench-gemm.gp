# bench-gemm: the share of the machine's measured peak that the matrix product reaches, by the shape of
# the layer, f32 and, below, f64. Where OpenBLAS was measured, its open circles stand beside ours.
# Columns: bits, product, rows, in, out, ..., share, ..., openblas_share; the products are
# 1 X W, 2 dY W^T, 3 X^T dY.
if (!exists("height")) { height = 680 }
load 'plots/style.gp'

c_bits = column_of('bits')
c_product = column_of('product')
c_share = column_of('share')
c_theirs = column_of('openblas_share')
# One place along the bottom for each shape, in the order of the table; found again by its name.
shapes = ''
place_of(s) = (place = 0, sum [k = 1:words(shapes)] (word(shapes, k) eq s ? (place = k) : 0), place)
shape_name(r, i, o) = sprintf('%gx%gx%g', r, i, o)
here(dummy) = shape_name(column(3), column(4), column(5))
note(s) = place_of(s) > 0 ? 1 : (shapes = shapes.' '.s, 1)
stats tsv using (note(here(0))) skip 1 nooutput
stats tsv using (column(c_share)) skip 1 nooutput
top = STATS_max > 100 ? STATS_max * 1.03 : 100

theirs = 0
stats tsv using (theirs = theirs + (column(c_theirs) > 0), 1) skip 1 nooutput
has_theirs = theirs > 0

set xrange [0.5:words(shapes) + 0.5]
set yrange [0:top]
set ytics 20
set lmargin text ? 8 : 10
set rmargin 15
product_names = "X_W dY_W^T X^T_dY"
only(bits, product, c) = column(c_bits) == bits && column(c_product) == product ? column(c) : NaN
at(product) = place_of(here(0)) + 0.2 * (product - 2)
set multiplot
do for [panel_at = 1:2] {
    b = 32 * panel_at
    set size 1, panel_at == 1 ? 0.44 : 0.56
    set origin 0, panel_at == 1 ? 0.56 : 0
    set bmargin panel_at == 1 ? 1 : (text ? 3 : 7)
    set xtics rotate by (text ? 0 : -35) () # only the lower panel is named
    set format x ''
    unset label
    do for [i = 1:words(shapes)] {
        name = panel_at == 1 ? '' : text ? word(shapes, i)[1:4] : word(shapes, i)
        set xtics add (name i)
    }
    do for [p = 1:3] {
        name = (text ? marks[p].' ' : '').as_words(word(product_names, p))
        set label p name at graph 1, graph 1 - 0.12 * p left offset 1, 0 textcolor linetype p
    }
    name = text ? 'o OpenBLAS' : 'open: OpenBLAS'
    set label 4 (has_theirs ? name : '') at graph 1, graph 0.4 left offset 1, 0
    set xlabel panel_at == 1 ? '' : 'rows x in x out' offset 0, text ? 0 : -0.3
    set ylabel sprintf('f%d, %% of peak', b)
    plot for [p = 1:3] tsv using (at(p)):(only(b, p, c_share)) skip 1 with points linetype p pointtype (text ? marks[p] : 7) pointsize 0.8, \
         for [p = 1:(has_theirs ? 3 : 0)] tsv using (at(p) + 0.08):(only(b, p, c_theirs)) skip 1 with points linetype p pointtype (text ? 'o' : 6) pointsize 0.6
}
unset multiplot
