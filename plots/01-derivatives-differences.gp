# 01-derivatives-differences: the worst relative error of each difference formula for e^x against its
# step h. In grey what the chapter derives: Taylor's first left-over term and the rounding of f, added.
# Columns: h, forward, central, five_point.
if (!exists("height")) { height = 460 }
load 'plots/style.gp'

lines_x = 'h'
lines_y = 'forward central five_point'
lines_labels = 'forward central five-point'
xname = 'step h'
yname = 'relative error'
logx = 1
logy = 1
epsilon = 2.0**-53
grey = "with lines linewidth 1.2 linecolor rgb '#a0a0a0'"
if (!text) {
    lines_also = "x / 2 + 2 * epsilon / x ".grey.", x**2 / 6 + epsilon / x ".grey.", x**4 / 30 + 1.5 * epsilon / x ".grey
    set samples 400
}
load 'plots/lines.gp'
