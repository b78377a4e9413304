# 01-derivatives-secants: the curve 5 t^2, three secants that leave it at t = 2, and the tangent there.
# Columns: t, curve, h_2, h_1, h_half, tangent, and meets: the height of the places that the secants go
# through, nan elsewhere.
load 'plots/style.gp'

lines_x = 't'
lines_y = 'curve h_2 h_1 h_half tangent'
lines_labels = 'curve h_=_2 h_=_1 h_=_0.5 tangent'
xname = 'seconds t'
yname = 'metres fallen'
if (!text) {
    lines_also = sprintf("tsv using 1:%d skip 1 with points pointtype 7 pointsize 0.8 linecolor rgb '#303030'", column_of('meets'))
}
load 'plots/lines.gp'
