/* The check of 02-value/sigmoid: at two places, anywhere, and of itself. */
#include "check.h"

static void draw_places(Random *random, double *x)
{
    (void)random;
    x[0] = 0;
    x[1] = 3;
}

static double plain_of(double a) { return (1 + tanh(a / 2)) / 2; }

static void each(Value *const *x, Value **y)
{
    for (int i = 0; i < 2; i++)
        y[i] = value_sigmoid(x[i]);
}
static void each_plain(const double *x, double *y)
{
    for (int i = 0; i < 2; i++)
        y[i] = plain_of(x[i]);
}
static void each_run(Trial *trial) { check_values(trial, each); }

static void nested(Value *const *x, Value **y)
{
    y[0] = value_sigmoid(value_mul(x[0], x[1]));
    y[1] = value_sigmoid(value_add(y[0], x[0]));
}
static void nested_plain(const double *x, double *y)
{
    y[0] = plain_of(x[0] * x[1]);
    y[1] = plain_of(y[0] + x[0]);
}
static void nested_run(Trial *trial) { check_values(trial, nested); }

const Case check_cases[] = {
    {.name = "sigmoid at 0, 3",
     .x = "a b",
     .y = "p q",
     .run = each_run,
     .plain = each_plain,
     .draw = draw_places},
    {.name = "sigmoid anywhere", .x = "a b", .y = "p q", .run = each_run, .plain = each_plain},
    {.name = "p = sigmoid(ab), q = sigmoid(p + a)",
     .x = "a b",
     .y = "p q",
     .run = nested_run,
     .plain = nested_plain},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
