# training: a GPT-2's run in three panels: the loss on the text it trains on and on text held out, the
# length of the gradient before clipping, and the learning rate. Columns: step, loss, validation (nan
# but on steps that evaluate), gradient_norm, rate. In fewer than 32 rows of characters there is room
# for the loss alone.
if (!exists("height")) { height = 560 }
load 'plots/style.gp'

lines_x = 'step'
three = !text || word(dumb, 2) >= 32
share = three ? 0.58 : 1    # of the height that the loss gets
set multiplot

set size 1, share
set origin 0, 1 - share
lines_y = 'loss validation'
lines_labels = 'train validation'
lines_mean = 'loss'
lines_gap = text ? 1.0 / (share * word(dumb, 2) - 5) : 20.0 / (share * height - 70)
yname = 'loss (nats per token)'
load 'plots/lines.gp'

if (three) {
    set size 0.5, 1 - share - (text ? 1.0 / word(dumb, 2) : 0)
    set origin 0, 0
    lines_tics = 4
    lines_y = 'gradient_norm'
    lines_mean = 'gradient_norm'
    yname = 'gradient norm'
    load 'plots/lines.gp'

    set origin 0.5, 0
    lines_y = 'rate'
    yname = 'learning rate'
    load 'plots/lines.gp'
}
unset multiplot
