/* The check of 02-value/softplus: near 0, where it bends; used again; on the way out, where it is
 * nearly a line and not yet one; and far out, where the formula as it stands overflows. */
#include "check.h"
#include "softplus.h"

/* Another way to the same number: the larger of 0 and a taken out, then the logarithm of a sum
 * whose terms are both at most 1. */
static double plain_of(double a)
{
    double large = a > 0 ? a : 0;
    return large + log(exp(-large) + exp(a - large));
}

static void draw_places(Random *random, double *x)
{
    (void)random;
    x[0] = 0;
    x[1] = 2;
    x[2] = -1;
}

static void draw_between(Random *random, double *x)
{
    static const double places[] = {3, 5, 10, 16, -5, -20};
    (void)random;
    for (int i = 0; i < 6; i++)
        x[i] = places[i];
}

static void draw_far(Random *random, double *x)
{
    x[0] = 1000 + 100 * random_uniform(random);
    x[1] = -1000 - 100 * random_uniform(random);
    x[2] = 30 + random_uniform(random);
}

static void each(Value *const *x, Value **y)
{
    for (int i = 0; i < 3; i++)
        y[i] = value_softplus(x[i]);
}
static void each_plain(const double *x, double *y)
{
    for (int i = 0; i < 3; i++)
        y[i] = plain_of(x[i]);
}
static void each_run(Trial *trial) { check_values(trial, each); }

static void between(Value *const *x, Value **y)
{
    for (int i = 0; i < 6; i++)
        y[i] = value_softplus(x[i]);
}
static void between_plain(const double *x, double *y)
{
    for (int i = 0; i < 6; i++)
        y[i] = plain_of(x[i]);
}
static void between_run(Trial *trial) { check_values(trial, between); }

static void nested(Value *const *x, Value **y)
{
    y[0] = value_softplus(x[0]);
    y[1] = value_softplus(value_sub(y[0], x[0]));
}
static void nested_plain(const double *x, double *y)
{
    y[0] = plain_of(x[0]);
    y[1] = plain_of(y[0] - x[0]);
}
static void nested_run(Trial *trial) { check_values(trial, nested); }

const Case check_cases[] = {
    {.name = "softplus at 0, 2, -1",
     .x = "a b c",
     .y = "p q r",
     .run = each_run,
     .plain = each_plain,
     .draw = draw_places},
    {.name = "softplus anywhere", .x = "a b c", .y = "p q r", .run = each_run, .plain = each_plain},
    {.name = "p = softplus a, q = softplus(p - a)",
     .x = "a",
     .y = "p q",
     .run = nested_run,
     .plain = nested_plain},
    {.name = "softplus at 3, 5, 10, 16, -5, -20",
     .x = "x[6]",
     .y = "y[6]",
     .run = between_run,
     .plain = between_plain,
     .draw = draw_between},
    {.name = "softplus far out",
     .x = "a b c",
     .y = "p q r",
     .run = each_run,
     .plain = each_plain,
     .draw = draw_far},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
