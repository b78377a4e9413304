# bench-steps: seconds of each training step and forward pass, ours and, where they were measured,
# PyTorch's and the tuned one's, on a logarithmic axis: what lies as far apart is as many times as fast.
# Below, the most memory that each process held. Columns: layers, heads, width, vocabulary, batch,
# length, training, bits, then _low, the median, _high and _bytes of ours, torch and tuned.
if (!exists("height")) { height = 620 }
load 'plots/style.gp'

everyone = 'ours torch tuned'
names = 'ours PyTorch PyTorch_tuned'
# Only those of whom there are numbers.
who = ''
who_names = ''
do for [i = 1:3] {
    numbers = 0
    c = column_of(word(everyone, i))
    stats tsv using (v = column(c), numbers = numbers + (v == v && v > 0), 1) skip 1 nooutput
    if (numbers > 0) {
        who = who.' '.word(everyone, i)
        who_names = who_names.' '.word(names, i)
    }
}
rows = 0
array name[40]
size_of(layers) = layers == 12 ? '124M' : 'tiny'
called(d) = size_of(column(1)).(column(7) > 0 ? ' step ' : ' forward ').sprintf('%gx%g', column(5), column(6)).(column(1) == 12 ? '' : sprintf(' V=%g', column(4))).(column(8) == 64 ? ' f64' : '')
stats tsv using (rows = rows + 1, name[rows] = called(0), 1) skip 1 nooutput

set lmargin text ? 26 : 28
set rmargin text ? 14 : 15
set yrange [rows + 0.6:0.4]
set ytics ()
do for [i = 1:rows] { set ytics add (name[i] i) }
at(i) = $0 + 1 + 0.2 * (i - 2)
median(i) = column(column_of(word(who, i)))
gib(i) = (bytes = column(column_of(word(who, i).'_bytes')), bytes > 0 ? bytes / 1073741824.0 : NaN)
set multiplot
do for [panel_at = 1:2] {
    set size 1, 0.5
    set origin 0, panel_at == 1 ? 0.5 : 0
    set tmargin 1
    set bmargin text ? 3 : 3.5
    set autoscale x
    if (panel_at == 1) { set logscale x } else { unset logscale x ; set xrange [0:*] }
    set xlabel panel_at == 1 ? 'seconds' : 'memory at most (GiB)'
    unset label
    do for [i = 1:words(who)] {
        label_text = (text ? marks[i].' ' : '').as_words(word(who_names, i))
        set label i label_text at graph 1, graph 1 - 0.14 * i left offset 1, 0 textcolor linetype i
    }
    if (panel_at == 1) {
        if (text) {
            plot for [i = 1:words(who)] tsv using (median(i)):(at(i)) skip 1 with points pointtype marks[i]
        } else {
            plot for [i = 1:words(who)] tsv using (median(i)):(at(i)):(column(column_of(word(who, i).'_low'))):(column(column_of(word(who, i).'_high'))) skip 1 with xerrorbars linetype i linewidth 1.2 pointtype 7 pointsize 0.8
        }
    } else {
        plot for [i = 1:words(who)] tsv using (gib(i)):(at(i)) skip 1 with points linetype i pointtype (text ? marks[i] : 7) pointsize 0.8
    }
}
unset multiplot
