# bench-profile: where the time of one training step goes, op by op: forward, and backward behind it.
# Columns: backward (0 or 1: which pass the row is of), then milliseconds, one column an op.
load 'plots/style.gp'

ops = words(columns) - 1
array times[2 * ops]   # forward of each op, then backward
array order[ops]       # ops from the dearest on
row = 0
stats tsv using (row = row + 1, sum [i = 1:ops] (times[(row - 1) * ops + i] = column(i + 1), 0), 1) skip 1 nooutput
both(i) = times[i] + times[ops + i]
do for [i = 1:ops] { order[i] = i }
do for [k = 2:ops] {
    do for [j = k:2:-1] {
        if (both(order[j]) > both(order[j - 1])) {
            swapped = order[j]
            order[j] = order[j - 1]
            order[j - 1] = swapped
        }
    }
}
whole = sum [i = 1:ops] both(i)
worth = sum [i = 1:ops] (both(i) >= 0.0005 * whole) # what would not show as 0.0 %
shown = worth < 12 ? worth : 12
set xrange [0:both(order[1]) * 1.2]
set yrange [shown + 0.6:0.4]
set ytics ()
unset grid
set lmargin 24
set rmargin 3
do for [k = 1:shown] {
    set ytics add (as_words(word(columns, order[k] + 1)) k)
    set label k sprintf('%.1f %%', 100 * both(order[k]) / whole) at both(order[k]), k left offset 1, 0
}
set xlabel 'milliseconds a step'
forward_name = (text ? marks[1].' ' : '').'forward'
backward_name = (text ? marks[2].' ' : '').'backward'
set label shown + 1 forward_name at graph 1, graph 0.22 right offset -1, 0 textcolor linetype 1
set label shown + 2 backward_name at graph 1, graph 0.14 right offset -1, 0 textcolor linetype 2
begin(k, pass) = pass == 1 ? 0 : times[order[k]]
end(k, pass) = pass == 1 ? times[order[k]] : both(order[k])
set style fill solid 1 noborder
if (text) {
    plot for [pass = 1:2] for [k = 1:shown] '+' using (begin(k, pass) + $0 / 59.0 * (end(k, pass) - begin(k, pass))):(k + 0 * $1) every ::0::59 with points pointtype marks[pass]
} else {
    plot for [pass = 1:2] for [k = 1:shown] '+' every ::0::0 using (0):(k):(begin(k, pass)):(end(k, pass)):(k - 0.35):(k + 0.35) with boxxyerror linetype pass
}
