# lines: draws columns of a table as lines, each labelled where it ends. Other scripts load it, after
# plots/style.gp, with these variables set; it is one plot, so it may stand inside a multiplot.
#
#   lines_x       the name of the column along the bottom
#   lines_y       the names of the columns to draw, with spaces between
#   lines_labels  what to call them at their ends; without it, their names. '_' shows as a space
#   lines_mean    those of lines_y that jump about: drawn as the mean of every hundredth of the run,
#                 over the single values in a faint colour. Short tables are drawn as they are.
#   xname, yname  the axes' names, with units;  title: a line above, or ''
#   logx, logy    1 for a logarithmic axis, where what is not above 0 is left out
#
# Labels that would stand on each other are moved apart.

lines_count = words(lines_y)
if (!exists("lines_labels")) { lines_labels = lines_y }
if (!exists("lines_mean")) { lines_mean = '' }
if (!exists("title")) { title = '' }
if (!exists("logx")) { logx = 0 }
if (!exists("logy")) { logy = 0 }
if (!exists("xname")) { xname = as_words(lines_x) }
if (!exists("yname")) { yname = '' }
array lines_column[lines_count]     # which column
array lines_end[lines_count]        # the height of its end, from 0 (bottom) to 1 (top)
array lines_order[lines_count]      # the lines from the highest end to the lowest
array lines_bin[lines_count]        # the width, in x, over which a mean is taken; 0: none
array lines_style[lines_count]      # its line type

# ---- the ranges ----
lines_xcolumn = column_of(lines_x)
usable(v, is_log) = is_log && v <= 0 ? NaN : v
scaled(v, is_log) = is_log ? log10(v) : v
unscaled(v, is_log) = is_log ? 10**v : v
stats tsv using (usable(column(lines_xcolumn), logx)) skip 1 nooutput
lines_left = STATS_min
lines_right = STATS_max
lines_rows = STATS_records
lines_low = NaN
lines_high = NaN
do for [i = 1:lines_count] {
    lines_column[i] = column_of(word(lines_y, i))
    if (lines_column[i] == 0) {
        printerr sprintf("%s: expected a column named %s, found the columns %s", tsv, word(lines_y, i), columns)
        exit status 2
    }
    lines_style[i] = (i - 1) % 7 + 1
    averaged = sum [k = 1:words(lines_mean)] (word(lines_mean, k) eq word(lines_y, i))
    lines_bin[i] = averaged && lines_rows >= 300 ? (lines_right - lines_left) / 100.0 : 0
    stats tsv using (usable(column(lines_column[i]), logy)) skip 1 nooutput
    if (STATS_records > 0) {
        lines_low = lines_low <= STATS_min ? lines_low : STATS_min
        lines_high = lines_high >= STATS_max ? lines_high : STATS_max
    }
}
