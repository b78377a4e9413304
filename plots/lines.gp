# lines: draws columns of a table as lines, each labelled where it ends. Other scripts load it, after
# plots/style.gp, with these variables set; it is one plot, so it may stand inside a multiplot.
#
#   lines_x       the name of the column along the bottom
#   lines_y       the names of the columns to draw, with spaces between; a column without any number
#                 is left out
#   lines_labels  what to call them at their ends; without it, their names. '_' shows as a space. A
#                 line that is alone has no label: the axis is named after it
#   lines_dashed  those of lines_y drawn dashed, because they lie on another line
#   lines_also    more to draw, under the lines, as gnuplot's plot command takes it
#   lines_mean    those of lines_y that jump about: drawn as the mean of every hundredth of the run
#                 (of every fiftieth below 1000 rows), over the single values in a faint colour.
#                 Tables of less than 200 rows are drawn as they are
#   xname, yname  the axes' names, with units (a line that is alone gives its own);  title: a line above, or ''
#   panel         'top' or 'bottom': this plot is that half of a figure of two, inside a multiplot. Both
#                 have the same margins, for `panel_room` characters of labels (12 unless set)
#   lines_gap     the least distance of two labels, as a part of the plot's height
#   lines_tics    how many numbers the axis along the bottom has room for; 8 unless set
#   logx, logy    1 for a logarithmic axis, where what is not above 0 is left out
#
# Labels that would stand on each other are moved apart. A line of at most 30 values shows each as a
# point.

if (!exists("lines_labels")) { lines_labels = lines_y }
if (!exists("lines_dashed")) { lines_dashed = '' }
if (!exists("lines_also")) { lines_also = '' }
if (!exists("lines_mean")) { lines_mean = '' }
if (!exists("title")) { title = '' }
if (!exists("logx")) { logx = 0 }
if (!exists("logy")) { logy = 0 }
if (!exists("lines_tics")) { lines_tics = 8 }
if (!exists("panel")) { panel = '' }
if (!exists("panel_room")) { panel_room = 12 }
if (!exists("xname")) { xname = as_words(lines_x) }
if (!exists("yname")) { yname = '' }
if (panel ne '') {
    set size 1, 0.5
    set origin 0, panel eq 'top' ? 0.5 : 0
    lines_gap = text ? 1.0 / (0.5 * word(dumb, 2) - 5) : 20.0 / (0.5 * height - 70)
}
if (!exists("lines_gap")) { lines_gap = text ? 1.0 / (word(dumb, 2) - 5) : 20.0 / (height - 70) }

# ---- reading the numbers ----
# gnuplot's stats stops at a column without numbers. So the numbers are gathered by hand: see(x, y) is
# called for each row, and counts what can be drawn.
usable(v, is_log) = v == v && abs(v) < 1e300 && (!is_log || v > 0)
see(x, y) = !(usable(x, logx) && usable(y, logy)) ? 1 : \
            (seen = seen + 1, seen_last = y, seen_sum = seen_sum + y, \
             seen_left = seen == 1 || x < seen_left ? x : seen_left, seen_right = seen == 1 || x > seen_right ? x : seen_right, \
             seen_low = seen == 1 || y < seen_low ? y : seen_low, seen_high = seen == 1 || y > seen_high ? y : seen_high, 1)
scaled(v, is_log) = is_log ? log10(v) : v
unscaled(v, is_log) = is_log ? 10**v : v
contains(list, name) = sum [k = 1:words(list)] (word(list, k) eq name) > 0
style_of(i) = (i - 1) % 7 + 1

if (words(lines_y) == 0) {
    print sprintf("%s: expected columns to draw, found only %s", tsv, columns)
    exit status 2
}
unset logscale
set xrange [*:*]
set yrange [*:*]
array lines_column[words(lines_y)]  # which column of the table
array lines_name[words(lines_y)]    # what it is called at its end
array lines_values[words(lines_y)]  # how many numbers it has
array lines_last[words(lines_y)]    # the last of them
array lines_bin[words(lines_y)]     # the width, in x, over which a mean is taken; 0: none
array lines_dash[words(lines_y)]
lines_xcolumn = column_of(lines_x)
lines_count = 0
do for [j = 1:words(lines_y)] {
    c = column_of(word(lines_y, j))
    if (c == 0 || lines_xcolumn == 0) {
        print sprintf("%s: expected columns named %s and %s, found %s", tsv, lines_x, word(lines_y, j), columns)
        exit status 2
    }
    seen = 0
    seen_sum = 0
    stats tsv using (see(column(lines_xcolumn), column(c))) skip 1 nooutput
    if (seen > 0) {
        lines_count = lines_count + 1
        lines_column[lines_count] = c
        lines_name[lines_count] = as_words(word(lines_labels, j))
        lines_values[lines_count] = seen
        lines_last[lines_count] = seen_last
        lines_bin[lines_count] = contains(lines_mean, word(lines_y, j)) && seen >= 200 ? (seen_right - seen_left) / (seen < 1000 ? 50.0 : 100.0) : 0
        lines_dash[lines_count] = contains(lines_dashed, word(lines_y, j))
        lines_left = lines_count == 1 || seen_left < lines_left ? seen_left : lines_left
        lines_right = lines_count == 1 || seen_right > lines_right ? seen_right : lines_right
        lines_low = lines_count == 1 || seen_low < lines_low ? seen_low : lines_low
        lines_high = lines_count == 1 || seen_high > lines_high ? seen_high : lines_high
    }
}
if (lines_count == 0) {
    print sprintf("%s: no numbers to draw in the columns %s", tsv, lines_y)
    exit status 2
}

# ---- the ranges ----
# From a first step near 0, the axis begins at 0.
if (!logx && lines_left > 0 && lines_left < 0.05 * lines_right) { lines_left = 0 }
if (lines_left == lines_right) {
    lines_left = logx ? lines_left / 2 : lines_left - 1
    lines_right = logx ? 2 * lines_right : lines_right + 1
}
lines_pad = 0.04 * (scaled(lines_high, logy) - scaled(lines_low, logy))
if (lines_pad == 0) { lines_pad = logy ? 0.1 : lines_low == 0 ? 1 : 0.1 * abs(lines_low) }
lines_bottom = unscaled(scaled(lines_low, logy) - lines_pad, logy)
lines_top = unscaled(scaled(lines_high, logy) + lines_pad, logy)
if (!logy && lines_low >= 0 && lines_bottom < 0) { lines_bottom = 0 }

# ---- the labels ----
array lines_end[lines_count]    # the height of its end, from 0 (bottom) to 1 (top)
array lines_order[lines_count]  # the lines from the highest end to the lowest
fraction(y) = (scaled(y, logy) - scaled(lines_bottom, logy)) / (scaled(lines_top, logy) - scaled(lines_bottom, logy))
do for [i = 1:lines_count] {
    if (lines_bin[i] > 0) {
        seen = 0
        seen_sum = 0
        stats tsv using (x = column(lines_xcolumn), x >= lines_right - lines_bin[i] ? see(x, column(lines_column[i])) : 1) skip 1 nooutput
        if (seen > 0) { lines_last[i] = seen_sum / seen }
    }
    lines_end[i] = fraction(lines_last[i])
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
if (lines_count > 1) {
    do for [i = 1:lines_count] {
        name = (text ? marks[style_of(i)].' ' : '').lines_name[i]
        if (strlen(name) > lines_longest) { lines_longest = strlen(name) }
        set label i name at graph 1, graph lines_end[i] left offset 1, 0 textcolor linetype style_of(i)
    }
}
set rmargin (panel eq '' ? lines_longest : panel_room) + 2
if (panel ne '') { set lmargin text ? 8 : 10 }

# ---- the axes ----
set ytics autofreq
# The tics of the bottom are 1, 2 or 5 times a power of ten apart.
apart(least) = (power = 10**floor(log10(least)), least <= power ? power : least <= 2 * power ? 2 * power : \
                least <= 5 * power ? 5 * power : 10 * power)
if (logx) { set xtics autofreq } else { set xtics apart((lines_right - lines_left) / real(lines_tics)) }
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
if (yname eq '' && lines_count == 1) { yname = lines_name[1] }
set format '%g'
set xrange [lines_left:lines_right]
set yrange [lines_bottom:lines_top]
if (text && panel eq 'top') { unset xlabel } else { set xlabel xname }
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
# A column that is missing a number is not interrupted there, for its spec is a plain column number.
middle(x, bin) = lines_left + (floor((x - lines_left) / bin) + 0.5) * bin
shape_of(i) = text && lines_values[i] > 1 ? "lines" : text ? sprintf("points pointtype '%s'", marks[style_of(i)]) \
            : lines_values[i] <= 30 ? "linespoints" : "lines"
single(i) = sprintf("tsv using %d:%d skip 1 with lines linewidth 1 linecolor rgb '%s'", \
                    lines_xcolumn, lines_column[i], faint(style_of(i)))
means(i) = sprintf("tsv using (middle(column(%d), lines_bin[%d])):%d skip 1 smooth unique with lines linetype %d", \
                   lines_xcolumn, i, lines_column[i], style_of(i))
plain(i) = sprintf("tsv using %d:%d skip 1 with %s linetype %d%s", lines_xcolumn, lines_column[i], shape_of(i), \
                   style_of(i), lines_dash[i] ? " dashtype (8, 8)" : '')
lines_plot = lines_also eq '' ? '' : ', '.lines_also
do for [i = 1:lines_count] {
    if (lines_bin[i] > 0 && !text) { lines_plot = lines_plot.', '.single(i) }
}
do for [i = 1:lines_count] {
    lines_plot = lines_plot.', '.(lines_bin[i] > 0 ? means(i) : plain(i))
}
eval 'plot '.lines_plot[3:*]
