/* The check of 02-value/neg: at two places, and used again. */
#include "check.h"

static void draw_places(Random *random, double *x)
{
    (void)random;
    x[0] = 2;
    x[1] = -3;
}

static double plain_of(double a) { return 0 - a; }

static void each(Value *const *x, Value **y)
{
    for (int i = 0; i < 2; i++)
        y[i] = value_neg(x[i]);
}
static void each_plain(const double *x, double *y)
{
    for (int i = 0; i < 2; i++)
        y[i] = plain_of(x[i]);
}
static void each_run(Trial *trial) { check_values(trial, each); }

static void nested(Value *const *x, Value **y)
{
    y[0] = value_neg(value_mul(x[0], x[1]));
    y[1] = value_add(value_neg(y[0]), x[0]);
}
static void nested_plain(const double *x, double *y)
{
    y[0] = 0 - x[0] * x[1];
    y[1] = x[0] * x[1] + x[0];
}
static void nested_run(Trial *trial) { check_values(trial, nested); }

const Case check_cases[] = {
    {.name = "neg at 2, -3",
     .x = "a b",
     .y = "p q",
     .run = each_run,
     .plain = each_plain,
     .draw = draw_places},
    {.name = "neg anywhere", .x = "a b", .y = "p q", .run = each_run, .plain = each_plain},
    {.name = "p = -(ab), q = -p + a",
     .x = "a b",
     .y = "p q",
     .run = nested_run,
     .plain = nested_plain},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
