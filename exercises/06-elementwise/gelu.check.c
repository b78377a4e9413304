/* The check of 06-elementwise/gelu: the worked numbers, an array, used twice,
 * its two tails, and far out. */
#include "curve.h"

/* By the complement: Phi(x) = erfc(-x / sqrt 2) / 2, which keeps its digits on the left. */
static double plain_of(double x) { return x * erfc(-x * 0.70710678118654752440) / 2; }

static Tensor *curve(Tensor *x) { return tensor_gelu(x); }

static void worked_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 4; i++)
        y[i] = plain_of(x[i]);
}
static void draw_worked(Random *random, double *x)
{
    (void)random;
    x[0] = 1;
    x[1] = 0;
    x[2] = 2;
    x[3] = -1;
}

const Case check_cases[] = {
    {.name = "gelu at 1, 0, 2, -1",
     .x = "x[4]",
     .y = "y[4]",
     .run = once_run,
     .plain = worked_plain,
     .draw = draw_worked},
    {.name = "gelu of (3,5)",
     .x = "x[3][5]",
     .y = "y[3][5]",
     .run = once_run,
     .plain = array_plain},
    {.name = "gelu x times x, plus gelu of -2x",
     .x = "x[7]",
     .y = "y[7]",
     .run = twice_run,
     .plain = twice_plain},
    {.name = "gelu of 4 to 30",
     .x = "x[7]",
     .y = "y[7]",
     .run = once_run,
     .plain = right_plain,
     .draw = draw_right},
    {.name = "gelu of -4 to -30, (3,5,7)",
     .x = "x[3][5][7]",
     .y = "y[3][5][7]",
     .run = once_run,
     .plain = left_plain,
     .draw = draw_left},
    {.name = "gelu far out",
     .x = "x[3]",
     .y = "y[3]",
     .run = once_run,
     .plain = far_plain,
     .draw = draw_far},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
