/* The check of 06-elementwise/gelu: the worked numbers, an array, used twice,
 * its two tails, and far out. */
#include "check.h"
#include "ops/ops.h"
#include "tails.h"

/* By the complement: Phi(x) = erfc(-x / sqrt 2) / 2, which keeps its digits on the left. */
static double plain_of(double x) { return x * erfc(-x * 0.70710678118654752440) / 2; }

static Tensor *once(Tensor *const *x) { return tensor_gelu(x[0]); }
static void once_run(Trial *trial) { check_tensors(trial, once); }

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

static void array_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 15; i++)
        y[i] = plain_of(x[i]);
}

/* Used twice, and with something above that is no plain sum. */
static Tensor *twice(Tensor *const *x)
{
    Tensor *y = tensor_gelu(x[0]);
    return tensor_add(tensor_mul(y, x[0]), tensor_gelu(tensor_scale(x[0], -2)));
}
static void twice_run(Trial *trial) { check_tensors(trial, twice); }
static void twice_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 7; i++)
        y[i] = plain_of(x[i]) * x[i] + plain_of(-2 * x[i]);
}

static void draw_left(Random *random, double *x) { draw_tail(random, x, 105, -1); }
static void draw_right(Random *random, double *x) { draw_tail(random, x, 7, 1); }
static void left_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 105; i++)
        y[i] = plain_of(x[i]);
}
static void right_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 7; i++)
        y[i] = plain_of(x[i]);
}

static void far_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 3; i++)
        y[i] = plain_of(x[i]);
}
static void draw_far(Random *random, double *x)
{
    x[0] = 1000 + 100 * random_uniform(random);
    x[1] = -1000 - 100 * random_uniform(random);
    x[2] = 20 + random_uniform(random);
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
