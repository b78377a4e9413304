# bench-attention: what attention costs against the length of the text, forward and backward: seconds
# and, below, memory. In each label the exponent of the power law through the points from 512 on.
# Columns: length, composed_seconds, fused_seconds, composed_megabytes, fused_megabytes.
if (!exists("height")) { height = 640 }
load 'plots/style.gp'

# The slope of the logarithms, least squares by hand: gnuplot's fit and stats stop at missing numbers.
ok(x, y) = x == x && y == y && x >= 512 && y > 0
fitted(name) = (n = 0, sx = 0, sy = 0, sxx = 0, sxy = 0, column_of(name))
gather(x, y) = !ok(x, y) ? 1 : (u = log(x), v = log(y), n = n + 1, sx = sx + u, sy = sy + v, sxx = sxx + u*u, sxy = sxy + u*v, 1)
array slopes[4]
names = 'composed_seconds fused_seconds composed_megabytes fused_megabytes'
do for [i = 1:4] {
    c = fitted(word(names, i))
    stats tsv using (gather(column(1), column(c))) skip 1 nooutput
    slopes[i] = n < 2 ? '' : sprintf(",_T^%.2f", (n * sxy - sx * sy) / (n * sxx - sx * sx))
}

lines_x = 'length'
xname = 'length of the text T'
logx = 1
logy = 1
panel_room = 18
set multiplot
panel = 'top'
lines_y = 'composed_seconds fused_seconds'
lines_labels = 'composed'.slopes[1].' fused'.slopes[2]
yname = 'seconds'
load 'plots/lines.gp'

panel = 'bottom'
lines_y = 'composed_megabytes fused_megabytes'
lines_labels = 'composed'.slopes[3].' fused'.slopes[4]
yname = 'memory (MB)'
load 'plots/lines.gp'
unset multiplot
