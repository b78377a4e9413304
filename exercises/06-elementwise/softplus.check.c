/* The check of 06-elementwise/softplus: three numbers, an array, used twice, its
 * two tails, and far out, where the formula as it stands overflows. */
#include "check.h"
#include "softplus.h"
#include "curve.h"

/* The larger of 0 and x taken out, then a sum of two terms that are at most 1. */
static double plain_of(double x)
{
    double large = x > 0 ? x : 0;
    return large + log(exp(-large) + exp(x - large));
}

static Tensor *curve(Tensor *x) { return tensor_softplus(x); }

static void worked_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 3; i++)
        y[i] = plain_of(x[i]);
}
static void draw_worked(Random *random, double *x)
{
    (void)random;
    x[0] = 0;
    x[1] = 2;
    x[2] = -1;
}

const Case check_cases[] = {
    {.name = "softplus at 0, 2, -1",
     .x = "x[3]",
     .y = "y[3]",
     .run = once_run,
     .plain = worked_plain,
     .draw = draw_worked},
    {.name = "softplus of (3,5)",
     .x = "x[3][5]",
     .y = "y[3][5]",
     .run = once_run,
     .plain = array_plain},
    {.name = "softplus x times x, plus softplus of -2x",
     .x = "x[7]",
     .y = "y[7]",
     .run = twice_run,
     .plain = twice_plain},
    {.name = "softplus of 4 to 30",
     .x = "x[7]",
     .y = "y[7]",
     .run = once_run,
     .plain = right_plain,
     .draw = draw_right},
    {.name = "softplus of -4 to -30, (3,5,7)",
     .x = "x[3][5][7]",
     .y = "y[3][5][7]",
     .run = once_run,
     .plain = left_plain,
     .draw = draw_left},
    {.name = "softplus far out",
     .x = "x[3]",
     .y = "y[3]",
     .run = once_run,
     .plain = far_plain,
     .draw = draw_far},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
