# 07-linear-algebra-costs: for each operation, how many times its forward's time its backward takes.
# The bars are labelled with both times. Columns: backward (0 or 1: which pass the row is of), then
# milliseconds, one column an operation.
if (!exists("height")) { height = 480 }
load 'plots/style.gp'

ops = words(columns) - 1
array times[2 * ops]   # forward of each op, then backward
row = 0
stats tsv using (row = row + 1, sum [i = 1:ops] (times[(row - 1) * ops + i] = column(i + 1), 0), 1) skip 1 nooutput
worth(i) = times[i] >= 0.001    # below, the clock is most of it
ratio(i) = worth(i) ? times[ops + i] / times[i] : 0
longest = 3                     # a bar that would be longer is cut, and says its ratio
bar(i) = ratio(i) > longest ? longest : ratio(i)
largest = 2
do for [i = 1:ops] { largest = bar(i) > largest ? bar(i) : largest }
times_of(i) = text ? '' : worth(i) ? sprintf('  (%.2g and %.2g ms)', times[i], times[ops + i]) : '  (both below 0.001 ms)'
said(i) = (worth(i) ? sprintf('%.2f', ratio(i)) : '-').times_of(i)
set xrange [0:largest * (text ? 1.3 : 1.9)]
set yrange [ops + 0.6:0.4]
set ytics ()
set xtics 0, 0.5, 2
unset grid
longest_name = 0
do for [i = 1:ops] { longest_name = strlen(word(columns, i + 1)) > longest_name ? strlen(word(columns, i + 1)) : longest_name }
set lmargin (text ? 1 : 0.8) * longest_name + 3
set rmargin 3
do for [i = 1:ops] {
    set ytics add (as_words(word(columns, i + 1)) i)
    set label i said(i) at largest, i left offset 1, 0
}
set xlabel "backward's time over forward's (and both)"
set style fill solid 1 noborder
if (text) {
    plot for [i = 1:ops] '+' using ($0 / 59.0 * bar(i)):(i + 0 * $1) every ::0::59 with points pointtype marks[1]
} else {
    set arrow from 2, graph 0 to 2, graph 1 nohead front linecolor rgb '#303030' dashtype 2
    plot for [i = 1:ops] '+' every ::0::0 using (0):(i):(0):(bar(i)):(i - 0.35):(i + 0.35) with boxxyerror linetype 1
}
