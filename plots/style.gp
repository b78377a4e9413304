# style: what all figures share. Every script of plots/ begins with
#
#     load 'plots/style.gp'
#
# so gnuplot runs in the folder that holds plots/, or has that folder on its loadpath. The same script
# draws to an SVG file or in characters, in the terminal. What it draws, and where, comes in variables:
#
#     gnuplot -e "tsv='run.tsv'; out='run.svg'" plots/loss.gp
#     gnuplot -e "tsv='run.tsv'; dumb='80 24'" plots/loss.gp -e 'unset output'
#
# (In characters the drawing goes through a filter; closing the output waits until it is done.)
#
#   tsv     the table to draw: a header line of column names, then numbers, with tabs between; "nan"
#           stands where there is no number. Needed.
#   out     the SVG file to write. Without it, the figure is drawn in characters on stdout.
#   dumb    columns and rows of the drawing in characters; '80 24' if not given.
#   colour  1 if that drawing may hold ANSI colours; 0 if not given.
#
# lib/show/figure.c and plots/draw.sh set these. A script may set `height`, of the SVG in pixels, before
# the load (the width is 640; the height 400 unless set). After it, a script finds:
#
#   text                  1 when drawing in characters, else 0
#   columns               the header: names with single spaces between them
#   column_of('name')     its place from 1 on, or 0; has('name') whether it is there
#   as_words('a_name')    'a name'
#   line types 1 to 7     one palette that colour-blind people can tell apart (Okabe and Ito, "Color
#                         universal design", 2008), the ones that read best on white first
#   marks[1..7]           in characters, the mark that draws line type i; else ''
#   plots/lines.gp        draws columns as lines, labelled where they end: see there
#
# Data follows one header line, so plots say `skip 1`. gnuplot 5.2 or later.

if (!exists("tsv")) {
    print "tsv is not set: gnuplot -e \"tsv='run.tsv'; out='run.svg'\" plots/loss.gp"
    exit status 2
}
if (!exists("dumb")) { dumb = '80 24' }
if (!exists("colour")) { colour = 0 }
if (!exists("height")) { height = 400 }
text = !exists("out")

set encoding utf8
set datafile separator "\t"
set datafile missing "nan"
set datafile commentschars ""

# ---- the table's header ----
stats tsv using (1) every ::0::0 nooutput
if (!exists("STATS_columns")) {
    print sprintf("%s: expected a header line and numbers, with tabs between, found none", tsv)
    exit status 2
}
columns = ''
do for [i = 1:STATS_columns] {
    stats tsv using (columns = columns.(i > 1 ? ' ' : '').strcol(i), 1) every ::0::0 nooutput
}
column_of(name) = (found = 0, sum [i = 1:words(columns)] (word(columns, i) eq name ? (found = i) : 0), found)
has(name) = column_of(name) > 0
replace(s, a, b) = (at = strstrt(s, a), at == 0 ? s : s[1:at-1].b.replace(s[at+strlen(a):*], a, b))
as_words(name) = replace(name, '_', ' ')

# ---- colours ----
# blue, vermillion, green, purple, black, orange, sky blue; the palette's yellow is too light on white
array ink[7] = ['#0072B2', '#D55E00', '#009E73', '#B5538C', '#000000', '#E69F00', '#56B4E9']
array marks[7]
do for [i = 1:7] {
    set linetype i linecolor rgb ink[i] linewidth 2 pointtype 7 pointsize 0.5
    marks[i] = text ? '*#$%@&='[i:i] : ''
}
set linetype cycle 7
faint(i) = sprintf("#a0%s", ink[i][2:7])    # the same colour, mostly transparent

# ---- where it is drawn ----
if (text) {
    # What gnuplot draws goes through a filter. It begins a page of characters with a form feed, and
    # fills each line with spaces, which wrap when a window gets narrower. It knows how to write colours,
    # but then draws all lines with the same character, so each mark is coloured here instead.
    filter = "LC_ALL=C tr -d '\\014' | LC_ALL=C sed -e 's/ *$//'"
    array ansi[7] = [34, 31, 32, 35, 1, 33, 36]
    if (colour) {
        do for [i = 1:7] {
            filter = filter.sprintf(" -e 's/[%s][%s]*/\033[%dm&\033[0m/g'", marks[i], marks[i], ansi[i])
        }
    }
    set terminal dumb size word(dumb, 1), word(dumb, 2) aspect 2, 1 mono feed noenhanced
    set output '| '.filter
    set tics nomirror
    unset grid
} else {
    set terminal svg size 640, height font 'Helvetica, Arial, sans-serif, 15' noenhanced background '#ffffff'
    set output out
    set border 3 linecolor rgb '#606060'
    set tics nomirror scale 0.5 textcolor rgb '#303030'
    set xlabel offset 0, 0.4 textcolor rgb '#303030'
    set ylabel textcolor rgb '#303030'
    set grid back linetype 1 linewidth 0.6 linecolor rgb '#d8d8d8'
    set title textcolor rgb '#000000'
}
unset key
