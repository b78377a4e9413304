# 03-gradcheck-steps: how far differences of value_tanh are off its gradient, against the step h, in
# double and in float. In grey what is expected: Taylor's first left-over term and the rounding of the
# values, worst from 0.25 to 1.75. There |f'''/f'| is at most 3.32, |f^(5)/f'| at most 14 and |f/f'|
# at most 8.28. The black lines are the gates' step, 2^-10, and their bound, 1e-8.
# Columns: h, central, five_point, in_float.
if (!exists("height")) { height = 460 }
load 'plots/style.gp'

lines_x = 'h'
lines_y = 'central five_point in_float'
lines_labels = 'central five-point in_float'
xname = 'step h'
yname = 'error'
logx = 1
logy = 1
epsilon = 2.0**-53
epsilon_float = 2.0**-24
rounding(e, h) = 8.28 * e / h
grey = "with lines linewidth 1.2 linecolor rgb '#a0a0a0'"
if (!text) {
    lines_also = "0.553 * x**2 + rounding(epsilon, x) ".grey.", 0.467 * x**4 + 1.5 * rounding(epsilon, x) ".grey \
        .", x > 2.0**-22.5 ? 0.467 * x**4 + 1.5 * rounding(epsilon_float, x) : NaN ".grey \
        .", 1e-8 with lines linewidth 1.2 linetype 5" \
        .", '+' using (2e-12):(4e-8):('bound 1e-8') every ::0::0 with labels left" \
        .", '+' using (1.2e-3):(0.7):('step 2^-10') every ::0::0 with labels left"
    set arrow 1 from 2.0**-10, graph 0 to 2.0**-10, graph 1 nohead linewidth 1.2 linetype 5
    set samples 400
}
load 'plots/lines.gp'
