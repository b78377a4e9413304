/* The check of 06-elementwise/silu: the worked numbers, an array, used twice,
 * its two tails, and far out. */
#include "curve.h"

/* By way of tanh, whose tails are exact. */
static double plain_of(double x) { return x * (1 + tanh(x / 2)) / 2; }

static Tensor *curve(Tensor *x) { return tensor_silu(x); }

static void worked_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 3; i++)
        y[i] = plain_of(x[i]);
}
static void draw_worked(Random *random, double *x)
{
    (void)random;
    x[0] = 0;
    x[1] = log(3.0);
    x[2] = -1;
}

const Case check_cases[] = {
    {.name = "silu at 0, log 3, -1",
     .x = "x[3]",
     .y = "y[3]",
     .run = once_run,
     .plain = worked_plain,
     .draw = draw_worked},
    {.name = "silu of (3,5)",
     .x = "x[3][5]",
     .y = "y[3][5]",
     .run = once_run,
     .plain = array_plain},
    {.name = "silu x times x, plus silu of -2x",
     .x = "x[7]",
     .y = "y[7]",
     .run = twice_run,
     .plain = twice_plain},
    {.name = "silu of 4 to 30",
     .x = "x[7]",
     .y = "y[7]",
     .run = once_run,
     .plain = right_plain,
     .draw = draw_right},
    {.name = "silu of -4 to -30, (3,5,7)",
     .x = "x[3][5][7]",
     .y = "y[3][5][7]",
     .run = once_run,
     .plain = left_plain,
     .draw = draw_left},
    {.name = "silu far out",
     .x = "x[3]",
     .y = "y[3]",
     .run = once_run,
     .plain = far_plain,
     .draw = draw_far},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
