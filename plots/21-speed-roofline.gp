# 21-speed-roofline: GFLOP/s of GPT-2's work against its operations a byte, under the roof of this
# machine: the peak of its arithmetic, and the bandwidth of its memory times operations a byte.
# Columns: kind, rows, in, out, intensity, gflops_low, gflops, gflops_high, roof, peak, bandwidth.
# Kinds: 0 reading, 1 product with 256 rows, 2 product with few rows, 3 layer norm, 4 GELU, 5 softmax,
# 6 AdamW.
if (!exists("height")) { height = 560 }
load 'plots/style.gp'

c_kind = column_of('kind')
c_rows = column_of('rows')
c_x = column_of('intensity')
c_y = column_of('gflops')
c_low = column_of('gflops_low')
c_high = column_of('gflops_high')
stats tsv using (peak = column(column_of('peak')), bandwidth = column(column_of('bandwidth'))) skip 1 nooutput
roof(x) = x * bandwidth < peak ? x * bandwidth : peak
ridge = peak / bandwidth

least = bandwidth * 0.2
stats tsv using (v = column(c_y), least = v < least ? v : least, 1) skip 1 nooutput
set format '%g'
set xlabel 'operations a byte that must come from memory'
if (text) { set label 99 'GFLOP/s' at graph 0, graph 1 left offset -4, 1 ; set tmargin 2 } else { set ylabel 'GFLOP/s' }
set xtics (0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, 128, 256)
set rmargin 4
set samples 200

mark(i) = text ? marks[i] : ''
of(kind) = column(c_kind) == kind ? column(c_y) : NaN
set label 1 sprintf('peak %.0f GFLOP/s', peak) at 400, peak right offset 0, 0.6
set label 2 sprintf('reading %.0f GB/s', bandwidth) at (text ? 1.2 : 2), (text ? 1.2 : 2) * bandwidth right offset -1, 0.8
if (!text) {
    if (ridge < 12) { set label 3 sprintf('from %.0f on, arithmetic is the bound', ridge) at ridge, graph 0.02 left offset 0.5, 0.4 textcolor rgb '#606060' }
    if (ridge >= 12) { set label 3 sprintf('up to %.0f, memory is the bound', ridge) at ridge, graph 0.02 right offset -0.5, 0.4 textcolor rgb '#606060' }
    set arrow 1 from ridge, graph 0 to ridge, peak nohead linecolor rgb '#b0b0b0' dashtype (4, 4) back
}

# Each row's own words: behind its point, below the roof.
kinds = 'reading 256_rows rows_of_X_W layer_norm GELU softmax AdamW'
colour_of(kind) = word('5 1 2 3 4 6 7', kind + 1) + 0
k = 10
array place_x[7]
array place_y[7]
remember(kind, x, y) = (place_x[kind + 1] = x, place_y[kind + 1] = y, 1)
fits(kind, rows) = kind != 2 || rows == 32
stats tsv using (fits(column(c_kind), column(c_rows)) ? remember(column(c_kind), column(c_x), column(c_y)) : 1) skip 1 nooutput
do for [kind = 0:6] {
    name = (text ? marks[colour_of(kind)].' ' : '').as_words(word(kinds, kind + 1))
    # AdamW's and softmax's words on their left; the rows' numbers stand behind their points, and their
    # name further off
    if (kind == 5) { set label k + kind name at place_x[6], place_y[6] right offset -0.8, 0.4 textcolor linetype colour_of(5) }
    if (kind == 6) { set label k + kind name at place_x[7], place_y[7] right offset -0.8, 0 textcolor linetype 7 }
    if (kind == 1 || kind == 2) { set label k + kind name at place_x[kind + 1], place_y[kind + 1] left offset (kind == 2 ? 4 : 1.5), (kind == 2 ? -1 : 0) textcolor linetype colour_of(kind) }
    if (kind == 0 || kind == 3 || kind == 4) { set label k + kind name at place_x[kind + 1], place_y[kind + 1] left offset 0.8, -0.5 textcolor linetype colour_of(kind) }
}
set logscale xy
set xrange [0.18:400]
set yrange [least * 0.6:peak * 2.2]
few(i) = column(c_kind) == 2 ? sprintf('%d', column(c_rows)) : ''

if (text) {
    plot '+' using (0.18 * (400 / 0.18)**($0 / 150)):(roof(0.18 * (400 / 0.18)**($0 / 150))) every ::0::150 with points pointtype '.', \
         for [kind = 0:6] tsv using (column(c_x)):(of(kind)) skip 1 with points pointtype mark(colour_of(kind))
} else {
    plot roof(x) with lines linetype 5 linewidth 2, \
         tsv using (column(c_x)):(of(2)) skip 1 with lines linecolor rgb faint(2) linewidth 1.5, \
         for [kind = 0:6] tsv using (column(c_x)):(of(kind)):(column(c_low)):(column(c_high)) skip 1 with yerrorbars linetype colour_of(kind) linewidth 1.2 pointtype 7 pointsize 0.7, \
         tsv using (column(c_x)):(of(2)):(few(0)) skip 1 with labels left offset 0.7, -0.4 textcolor linetype 2 font ',12'
}
