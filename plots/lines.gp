# lines: draws columns of a table as lines, each labelled where it ends. Other scripts load it, after
# plots/style.gp, with these variables set; it is one plot, so it may stand inside a multiplot.
#
#   lines_x       the name of the column along the bottom
#   lines_y       the names of the columns to draw, with spaces between
#   lines_labels  what to call them at their ends; without it, their names. '_' shows as a space. A
#                 line that is alone has no label: the axis is named after it
#   lines_dashed  those of lines_y drawn dashed, because they lie on another line
#   lines_also    more to draw, under the lines, as gnuplot's plot command takes it
#   lines_mean    those of lines_y that jump about: drawn as the mean of every hundredth of the run,
#                 over the single values in a faint colour. Short tables are drawn as they are.
#   xname, yname  the axes' names, with units;  title: a line above, or ''
#   panel         'top' or 'bottom': this plot is that half of a figure of two, inside a multiplot. Both
#                 have the same margins, for `panel_room` characters of labels (12 unless set)
#   lines_gap     the least distance of two labels, as a part of the plot's height
#   logx, logy    1 for a logarithmic axis, where what is not above 0 is left out
#
# Labels that would stand on each other are moved apart. A line of at most 30 values shows each as a
# point.

lines_count = words(lines_y)
if (!exists("lines_labels")) { lines_labels = lines_y }
if (!exists("lines_dashed")) { lines_dashed = '' }
if (!exists("lines_also")) { lines_also = '' }
if (!exists("lines_mean")) { lines_mean = '' }
if (!exists("title")) { title = '' }
if (!exists("logx")) { logx = 0 }
if (!exists("logy")) { logy = 0 }
if (!exists("xname")) { xname = as_words(lines_x) }
if (!exists("panel")) { panel = '' }
if (!exists("panel_room")) { panel_room = 12 }
if (panel ne '') {
    set size 1, 0.5
    set origin 0, panel eq 'top' ? 0.5 : 0
    lines_gap = text ? 1.0 / (0.5 * word(dumb, 2) - 5) : 20.0 / (0.5 * height - 70)
}
if (!exists("lines_gap")) { lines_gap = text ? 1.0 / (word(dumb, 2) - 5) : 20.0 / (height - 70) }
if (!exists("yname")) { yname = '' }
array lines_column[lines_count]     # which column
array lines_end[lines_count]        # the height of its end, from 0 (bottom) to 1 (top)
array lines_order[lines_count]      # the lines from the highest end to the lowest
array lines_values[lines_count]     # how many numbers it has
array lines_bin[lines_count]        # the width, in x, over which a mean is taken; 0: none

# ---- the ranges ----
unset logscale
set xrange [*:*]
set yrange [*:*]
lines_xcolumn = column_of(lines_x)
usable(v, is_log) = is_log && v <= 0 ? NaN : v
contains(list, name) = sum [k = 1:words(list)] (word(list, k) eq name) > 0
style_of(i) = (i - 1) % 7 + 1
scaled(v, is_log) = is_log ? log10(v) : v
shown(x, y) = usable(x, logx) == x ? usable(y, logy) : NaN
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
        print sprintf("%s: expected a column named %s, found the columns %s", tsv, word(lines_y, i), columns)
        exit status 2
    }
    lines_bin[i] = contains(lines_mean, word(lines_y, i)) && lines_rows >= 300 ? (lines_right - lines_left) / 100.0 : 0
    stats tsv using (shown(column(lines_xcolumn), column(lines_column[i]))) skip 1 nooutput
    lines_values[i] = STATS_records
    if (STATS_records > 0) {
        lines_low = lines_low <= STATS_min ? lines_low : STATS_min
        lines_high = lines_high >= STATS_max ? lines_high : STATS_max
    }
}
# From a first step near 0, the axis begins at 0.
if (!logx && lines_left > 0 && lines_left < 0.05 * lines_right) { lines_left = 0 }
if (lines_left == lines_right) { lines_right = lines_right * (logx ? 2 : 1) + (logx ? 0 : 1) }
lines_pad = 0.04 * (scaled(lines_high, logy) - scaled(lines_low, logy))
if (lines_pad == 0) { lines_pad = logy ? 0.1 : lines_low == 0 ? 1 : 0.1 * abs(lines_low) }
lines_bottom = unscaled(scaled(lines_low, logy) - lines_pad, logy)
lines_top = unscaled(scaled(lines_high, logy) + lines_pad, logy)
if (!logy && lines_low >= 0 && lines_bottom < 0) { lines_bottom = 0 }

# ---- the labels ----
fraction(y) = (scaled(y, logy) - scaled(lines_bottom, logy)) / (scaled(lines_top, logy) - scaled(lines_bottom, logy))
do for [i = 1:lines_count] {
    lines_last = NaN
    if (lines_bin[i] > 0) {
        stats tsv using (column(lines_xcolumn) >= lines_right - lines_bin[i] ? column(lines_column[i]) : NaN) skip 1 nooutput
        lines_last = STATS_mean
    } else {
        stats tsv using (v = shown(column(lines_xcolumn), column(lines_column[i])), v == v ? (lines_last = v) : NaN) skip 1 nooutput
    }
    lines_end[i] = lines_last == lines_last ? fraction(lines_last) : 0
    lines_order[i] = i
}
do for [k = 2:lines_count] {
    do for [j = k:2:-1] {
        if (lines_end[lines_order[j]] > lines_end[lines_order[j - 1]]) {
            swapped = lines_order[j]
            lines_order[j] = lines_order[j - 1]
            lines_order[j - 1] = swapped
        }
    }
}
# Down from the top, then up from the bottom: neighbours are lines_gap apart.
do for [j = 2:lines_count] {
    above = lines_end[lines_order[j - 1]] - lines_gap
    if (lines_end[lines_order[j]] > above) { lines_end[lines_order[j]] = above }
}
do for [j = lines_count:1:-1] {
    below = j == lines_count ? 0 : lines_end[lines_order[j + 1]] + lines_gap
    if (lines_end[lines_order[j]] < below) { lines_end[lines_order[j]] = below }
}
lines_longest = 0
unset label
if (lines_count > 1) { do for [i = 1:lines_count] {
    name = (text ? marks[style_of(i)].' ' : '').as_words(word(lines_labels, i))
    if (strlen(name) > lines_longest) { lines_longest = strlen(name) }
    set label i name at graph 1, graph lines_end[i] left offset 1, 0 textcolor linetype style_of(i)
} }
set rmargin (panel eq '' ? lines_longest : panel_room) + 2
if (panel ne '') { set lmargin text ? 8 : 10 }

# ---- the axes ----
set ytics autofreq
set xtics autofreq
if (logx) { set logscale x }
if (logy) { set logscale y }
# Less than two powers of ten are too few tics, so 2 and 5 times each are marked as well.
few_powers(low, high, is_log) = is_log && log10(high) - log10(low) < 2
if (few_powers(lines_left, lines_right, logx)) {
    do for [d = floor(log10(lines_left)):ceil(log10(lines_right))] {
        do for [m in "2 5"] { set xtics add (sprintf('%g', m * 10.0**d) m * 10.0**d) }
    }
}
if (few_powers(lines_bottom, lines_top, logy)) {
    do for [d = floor(log10(lines_bottom)):ceil(log10(lines_top))] {
        do for [m in "2 5"] { set ytics add (sprintf('%g', m * 10.0**d) m * 10.0**d) }
    }
}
set format '%g'
set xrange [lines_left:lines_right]
set yrange [lines_bottom:lines_top]
set xlabel xname
if (title ne '') { set title title } else { unset title }
if (text) {
    # Characters do not turn, so the name of the upright axis lies on top of it.
    set tmargin 1 + (title ne '')
    set bmargin 2
    set label lines_count + 1 yname at graph 0, graph 1 left offset -4, 1
} else {
    set ylabel yname
}

# ---- the plot ----
middle(x, bin) = lines_left + (floor((x - lines_left) / bin) + 0.5) * bin
single(i) = sprintf("tsv using %d:%d skip 1 with lines linewidth 1 linecolor rgb '%s'", \
                    lines_xcolumn, lines_column[i], faint(style_of(i)))
means(i) = sprintf("tsv using (middle(column(%d), lines_bin[%d])):%d skip 1 smooth unique with lines linetype %d", \
                   lines_xcolumn, i, lines_column[i], style_of(i))
plain(i) = sprintf("tsv using %d:%d skip 1 with %s linetype %d%s", lines_xcolumn, lines_column[i], \
                   lines_values[i] <= 30 && !text ? 'linespoints' : 'lines', style_of(i), \
                   contains(lines_dashed, word(lines_y, i)) ? " dashtype (8, 8)" : '')
lines_plot = lines_also eq '' ? '' : ', '.lines_also
do for [i = 1:lines_count] {
    if (lines_bin[i] > 0 && !text) { lines_plot = lines_plot.', '.single(i) }
}
do for [i = 1:lines_count] {
    lines_plot = lines_plot.', '.(lines_bin[i] > 0 ? means(i) : plain(i))
}
eval 'plot '.lines_plot[3:*]
