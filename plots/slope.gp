# slope: the exponents of power laws through columns of the table, least squares of the logarithms, for
# labels. Before the load: slope_names, the columns; slope_letter, what the first column is called in a
# label; slope_from, the least value of it that counts (0 unless set). After it slopes[i] belongs to the
# i-th name: "_T^1.98", or '' with fewer than two points. By hand: gnuplot's fit and stats stop at
# missing numbers.
if (!exists("slope_from")) { slope_from = 0 }
slope_gather(x, y) = !(x == x && y == y && x >= slope_from && x > 0 && y > 0) ? 1 : \
    (u = log(x), v = log(y), n = n + 1, sx = sx + u, sy = sy + v, sxx = sxx + u*u, sxy = sxy + u*v, 1)
array slopes[words(slope_names)]
do for [i = 1:words(slope_names)] {
    n = 0; sx = 0; sy = 0; sxx = 0; sxy = 0
    slope_column = column_of(word(slope_names, i))
    stats tsv using (slope_gather(column(1), column(slope_column))) skip 1 nooutput
    slopes[i] = n < 2 ? '' : sprintf(",_%s^%.2f", slope_letter, (n * sxy - sx * sy) / (n * sxx - sx * sx))
}
