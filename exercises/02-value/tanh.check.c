/* The check of 02-value/tanh: at three places of the curve, of itself, used again, and far out,
 * where its exponentials are too large for a double. */
#include "check.h"

static void draw_places(Random *random, double *x)
{
    (void)random;
    x[0] = 0;
    x[1] = 2;
    x[2] = -1;
}

static void each(Value *const *x, Value **y)
{
    for (int i = 0; i < 3; i++)
        y[i] = value_tanh(x[i]);
}
static void each_plain(const double *x, double *y)
{
    for (int i = 0; i < 3; i++)
        y[i] = (exp(x[i]) - exp(-x[i])) / (exp(x[i]) + exp(-x[i]));
}
static void each_run(Trial *trial) { check_values(trial, each); }

static void draw_far(Random *random, double *x)
{
    x[0] = 1000 + 100 * random_uniform(random);
    x[1] = -1000 - 100 * random_uniform(random);
    x[2] = 20 + random_uniform(random);
}
/* One minus a quotient whose denominator may be infinite: the quotient is 0 then, and no NaN. */
static void far_plain(const double *x, double *y)
{
    for (int i = 0; i < 3; i++)
        y[i] = 1 - 2 / (exp(2 * x[i]) + 1);
}

static void nested(Value *const *x, Value **y)
{
    y[0] = value_tanh(x[0]);
    y[1] = value_tanh(value_add(y[0], x[0]));
}
static void nested_plain(const double *x, double *y)
{
    y[0] = (exp(x[0]) - exp(-x[0])) / (exp(x[0]) + exp(-x[0]));
    double a = y[0] + x[0];
    y[1] = (exp(a) - exp(-a)) / (exp(a) + exp(-a));
}
static void nested_run(Trial *trial) { check_values(trial, nested); }

const Case check_cases[] = {
    {.name = "tanh at 0, 2, -1",
     .x = "a b c",
     .y = "p q r",
     .run = each_run,
     .plain = each_plain,
     .draw = draw_places},
    {.name = "tanh anywhere", .x = "a b c", .y = "p q r", .run = each_run, .plain = each_plain},
    {.name = "p = tanh a, q = tanh(p + a)",
     .x = "a",
     .y = "p q",
     .run = nested_run,
     .plain = nested_plain},
    {.name = "tanh far out",
     .x = "a b c",
     .y = "p q r",
     .run = each_run,
     .plain = far_plain,
     .draw = draw_far},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
