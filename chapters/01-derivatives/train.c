/* Walks downhill on a curve: the smallest training there is. One number x, one curve
 * f(x) = x^4 - 3x^2 + x, and the rule x <- x - rate f'(x). The slope comes from a dual number.
 *
 * The curve has two valleys. Two walks, begun left and right of the hill between them, end in
 * different ones: downhill leads to a lowest point nearby, not to the lowest of all.
 * Columns: step, then x, f(x) and f'(x) of either walk. */
#include "../program.h"
#include "dual.h"
#include "show/show.h"

enum { STEPS = 60 };
static const real RATE = 0.03;

static Dual curve(Dual x)
{
    Dual square = dual_mul(x, x);
    Dual three = dual_make(3, 0);
    return dual_add(dual_sub(dual_mul(square, square), dual_mul(three, square)), x);
}

int main(int argc, char **argv)
{
    TsvLog log;
    exit_if(tsv_create(&log, program_tsv(argc, argv, "build/plots/01-derivatives.tsv"),
                       "step left_x left left_slope right_x right right_slope"));
    real left = (real)0.1, right = 2;
    Dual at_left = curve(dual_make(left, 1)), at_right = curve(dual_make(right, 1));
    for (int step = 0; step <= STEPS; step++) {
        at_left = curve(dual_make(left, 1));
        at_right = curve(dual_make(right, 1));
        exit_if(tsv_row(&log, 7,
                        (double[]){step, (double)left, (double)at_left.value, (double)at_left.slope,
                                   (double)right, (double)at_right.value, (double)at_right.slope}));
        left -= RATE * at_left.slope;
        right -= RATE * at_right.slope;
    }
    exit_if(tsv_close(&log));
    printf("downhill on x^4 - 3x^2 + x, %d steps at rate %.2f\n", STEPS, (double)RATE);
    printf("  from 0.1 to x = %.3f, where f = %.3f and |f'| %s 1e-6\n", (double)left,
           (double)at_left.value, fabs(at_left.slope) < (real)1e-6 ? "<" : ">=");
    printf("  from 2.0 to x = %.3f, where f = %.3f and |f'| %s 1e-6\n", (double)right,
           (double)at_right.value, fabs(at_right.slope) < (real)1e-6 ? "<" : ">=");
    return 0;
}
