# 21-speed: the ladder: GFLOP/s of one matrix product on every rung, at the largest size, beside the
# peak of this machine's multiply-adds; below, the same against the size, on a logarithmic axis.
# Columns: size, one for each rung from naive to threads, peak_one, peak_all, then their _low and _high.
if (!exists("height")) { height = 720 }
load 'plots/style.gp'

rungs = 'naive reordered blocked packed tile vectors threads'
lines = rungs.' peak_one peak_all'
array rate[9]
array low[9]
array high[9]
largest = 0
keep(i) = (rate[i] = column(column_of(word(lines, i))), \
           low[i] = column(column_of(word(lines, i).'_low')), high[i] = column(column_of(word(lines, i).'_high')), 1)
stats tsv using (largest = column(1), sum [i = 1:9] keep(i)) skip 1 nooutput

set multiplot
# ---- the bars ----
set size 1, 0.5
set origin 0, 0.5
set lmargin 14
set rmargin text ? 12 : 16
set tmargin text ? 1 : 3
set bmargin text ? 2 : 3.5
top = rate[9]
do for [i = 1:8] { if (high[i] > top) { top = high[i] } }
set xrange [0:top * 1.03]
set yrange [7.6:0.4]
unset grid
set xtics nomirror
set ytics ()
do for [i = 1:7] {
    set ytics add (word(rungs, i) i)
    share = 100 * rate[i] / rate[i == 7 ? 9 : 8]
    name = sprintf(rate[i] < 10 ? '%.1f' : '%.0f', rate[i]).sprintf(share < 10 ? ', %.1f %%' : ', %.0f %%', share)
    set label i name at (text ? rate[i] : high[i]), i left offset 0.7, 0 front
}
set label 8 (text ? '' : 'peak of one thread') at rate[8], graph 1 right offset -0.3, 0.7
set label 9 (text ? '' : 'of all') at rate[9], graph 1 left offset 0.3, 0.7
if (text) { unset xlabel } else { set xlabel sprintf('GFLOP/s, n = %d; per cent of the peak of one thread, the last of all', largest) }
set style fill solid 1 noborder
if (!text) {
    set arrow 1 from rate[8], graph 0 to rate[8], graph 1 nohead linetype 5 linewidth 1 back
    set arrow 2 from rate[9], graph 0 to rate[9], graph 1 nohead linetype 5 linewidth 1 dashtype (6, 6) back
    plot for [i = 1:7] '+' every ::0::0 using (0):(i):(0):(rate[i]):(i - 0.32):(i + 0.32) with boxxyerror linetype 1, \
         for [i = 1:7] '+' every ::0::0 using (rate[i]):(i):(low[i]):(high[i]) with xerrorbars linecolor rgb '#606060' linewidth 1.2 pointtype 0
} else {
    plot for [i = 1:7] '+' using ($0 / 59.0 * rate[i]):(i + 0 * $1) every ::0::59 with points pointtype marks[1]
}
unset arrow
unset label
set yrange [*:*]
set xrange [*:*]
set ytics autofreq
if (!text) { set grid back linetype 1 linewidth 0.6 linecolor rgb '#d8d8d8' }

# ---- against the size ----
panel = 'bottom'
panel_room = text ? 12 : 14
lines_x = 'size'
lines_y = rungs
lines_labels = rungs
xname = 'n, of n by n matrices'
yname = 'GFLOP/s'
logx = 1
logy = 1
set tmargin 1
load 'plots/lines.gp'
unset multiplot
