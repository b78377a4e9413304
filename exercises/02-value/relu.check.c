/* The check of 02-value/relu: inputs on both sides of 0 and clear of it, then the two things that
 * no difference can measure: the slope at the kink, and NaN. */
#include "check.h"

static void draw_worked(Random *random, double *x)
{
    (void)random;
    x[0] = 3;
    x[1] = -2;
}

/* Two on each side, at least 0.25 from the kink. */
static void draw_sides(Random *random, double *x)
{
    for (int i = 0; i < 4; i++)
        x[i] = (i % 2 == 0 ? 1 : -1) * (0.25 + 1.75 * random_uniform(random));
}

static void pair(Value *const *x, Value **y)
{
    y[0] = value_relu(x[0]);
    y[1] = value_relu(x[1]);
}
static void pair_plain(const double *x, double *y)
{
    for (int i = 0; i < 2; i++)
        y[i] = (x[i] + fabs(x[i])) / 2;
}
static void pair_run(Trial *trial) { check_values(trial, pair); }

/* a and c are above 0, b and d below. Of two that are subtracted, one is given a negative upstream.
 */
static void sides(Value *const *x, Value **y)
{
    y[0] = value_sub(value_relu(x[0]), value_relu(x[2]));
    y[1] = value_add(value_sub(value_relu(x[1]), value_relu(x[3])), value_mul(x[1], x[0]));
}
static void sides_plain(const double *x, double *y)
{
    double relu[4];
    for (int i = 0; i < 4; i++)
        relu[i] = (x[i] + fabs(x[i])) / 2;
    y[0] = relu[0] - relu[2];
    y[1] = relu[1] - relu[3] + x[1] * x[0];
}
static void sides_run(Trial *trial) { check_values(trial, sides); }

static void kink_run(Trial *trial)
{
    ValueMark mark = value_mark();
    Value *a = value_leaf(0), *out = value_relu(a);
    value_backward(out);
    trial->y[0] = (double)out->data;
    trial->y[1] = (double)a->grad;
    value_release(mark);
}
static void kink_plain(const double *x, double *y)
{
    (void)x;
    y[0] = y[1] = 0;
}

static void nan_run(Trial *trial)
{
    ValueMark mark = value_mark();
    trial->y[0] = isnan(value_relu(value_leaf((real)NAN))->data);
    value_release(mark);
}
static void nan_plain(const double *x, double *y)
{
    (void)x;
    y[0] = 1;
}

const Case check_cases[] = {
    {.name = "relu of 3 and -2",
     .x = "a b",
     .y = "y z",
     .run = pair_run,
     .plain = pair_plain,
     .draw = draw_worked},
    {.name = "p = relu a - relu c, q = relu b - relu d + ab",
     .x = "a b c d",
     .y = "p q",
     .run = sides_run,
     .plain = sides_plain,
     .draw = draw_sides},
    {.name = "relu at 0",
     .x = "a",
     .y = "value slope",
     .run = kink_run,
     .plain = kink_plain,
     .forward_only = true},
    {.name = "relu of NaN is NaN",
     .x = "a",
     .y = "yes",
     .run = nan_run,
     .plain = nan_plain,
     .forward_only = true},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
