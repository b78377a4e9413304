/* The check of 02-value/log: at two places, at any that are not near 0, and used again. */
#include "check.h"

static void draw_places(Random *random, double *x)
{
    (void)random;
    x[0] = 1;
    x[1] = 2;
}

static void draw_any(Random *random, double *x)
{
    for (int i = 0; i < 2; i++)
        x[i] = 0.5 + 1.5 * random_uniform(random);
}

static double plain_of(double a) { return 2 * log(sqrt(a)); }

static void each(Value *const *x, Value **y)
{
    for (int i = 0; i < 2; i++)
        y[i] = value_log(x[i]);
}
static void each_plain(const double *x, double *y)
{
    for (int i = 0; i < 2; i++)
        y[i] = plain_of(x[i]);
}
static void each_run(Trial *trial) { check_values(trial, each); }

static void nested(Value *const *x, Value **y)
{
    y[0] = value_log(value_mul(x[0], x[1]));
    y[1] = value_mul(value_log(x[0]), x[0]);
}
static void nested_plain(const double *x, double *y)
{
    y[0] = plain_of(x[0]) + plain_of(x[1]);
    y[1] = plain_of(x[0]) * x[0];
}
static void nested_run(Trial *trial) { check_values(trial, nested); }

const Case check_cases[] = {
    {.name = "log at 1, 2",
     .x = "a b",
     .y = "p q",
     .run = each_run,
     .plain = each_plain,
     .draw = draw_places},
    {.name = "log anywhere",
     .x = "a b",
     .y = "p q",
     .run = each_run,
     .plain = each_plain,
     .draw = draw_any},
    {.name = "p = ln(ab), q = (ln a) a",
     .x = "a b",
     .y = "p q",
     .run = nested_run,
     .plain = nested_plain,
     .draw = draw_any},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
