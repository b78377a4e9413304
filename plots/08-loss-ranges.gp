# 08-loss-ranges: where each way to compute a loss of two classes is right within a thousandth.
# Above, both scores are moved; below, the wrong answer's score leads. Columns: case, at, then a
# column for each way, which holds the height of its line, or nan.
if (!exists("height")) { height = 560 }
load 'plots/style.gp'

ways = 'written_float written_double composed_float composed_double fused_float fused_double'
names = 'as_written,_float as_written,_double composed,_float composed,_double ' \
    .'fused,_float fused,_double'
set lmargin 19
set rmargin 3
set yrange [0:7]
set xrange [-1000:1000]
set ytics scale 0
set ytics ('' 0)
do for [k = 1:6] { set ytics add (as_words(word(names, k)) k) }
if (text) { set tmargin 0 }
only(c) = column(column_of('case')) == c ? column(column_of('at')) : NaN
set multiplot
do for [c = 0:1] {
    xname = c == 0 ? 'scores (c, c + 1): moved by c' : 'scores (0, d): the wrong answer leads by d'
    set size 1, 0.5
    set origin 0, (1 - c) * 0.5
    set xlabel xname
    plot for [k = 1:6] tsv using (only(c)):column_of(word(ways, k)) skip 1 \
        with lines linetype (k + 1) / 2 linewidth 5
}
unset multiplot
