/* The check of 06-elementwise/sigmoid: the worked numbers, an array, used twice,
 * its two tails, and far out. */
#include "curve.h"

/* By way of tanh: (1 + tanh(x/2)) / 2. */
static double plain_of(double x) { return (1 + tanh(x / 2)) / 2; }

static Tensor *curve(Tensor *x) { return tensor_sigmoid(x); }

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
    x[2] = -log(3.0);
}

/* Large enough to see what stands there in the place of a number that is nearly 0. */
static Tensor *large(Tensor *const *x) { return tensor_scale(tensor_sigmoid(x[0]), (real)1e10); }
static void large_run(Trial *trial) { check_tensors(trial, large); }
static void large_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 2; i++)
        y[i] = 1e10 * plain_of(x[i]);
}
static void draw_large(Random *random, double *x)
{
    x[0] = 100 + 1000 * random_uniform(random);
    x[1] = -100 - 1000 * random_uniform(random);
}

const Case check_cases[] = {
    {.name = "sigmoid at 0, log 3, -log 3",
     .x = "x[3]",
     .y = "y[3]",
     .run = once_run,
     .plain = worked_plain,
     .draw = draw_worked},
    {.name = "sigmoid of (3,5)",
     .x = "x[3][5]",
     .y = "y[3][5]",
     .run = once_run,
     .plain = array_plain},
    {.name = "sigmoid x times x, plus sigmoid of -2x",
     .x = "x[7]",
     .y = "y[7]",
     .run = twice_run,
     .plain = twice_plain},
    {.name = "sigmoid of 4 to 30",
     .x = "x[7]",
     .y = "y[7]",
     .run = once_run,
     .plain = right_plain,
     .draw = draw_right},
    {.name = "sigmoid of -4 to -30, (3,5,7)",
     .x = "x[3][5][7]",
     .y = "y[3][5][7]",
     .run = once_run,
     .plain = left_plain,
     .draw = draw_left},
    {.name = "sigmoid far out",
     .x = "x[3]",
     .y = "y[3]",
     .run = once_run,
     .plain = far_plain,
     .draw = draw_far},
    {.name = "1e10 times the sigmoid, far out",
     .x = "x[2]",
     .y = "y[2]",
     .run = large_run,
     .plain = large_plain,
     .draw = draw_large},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
