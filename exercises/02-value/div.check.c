/* The check of 02-value/div: divisors stay away from 0, where the slopes could not be measured. */
#include "check.h"

static double away_from_zero(Random *random)
{
    double size = 0.5 + 1.5 * random_uniform(random);
    return random_bits(random) & 1 ? -size : size;
}

static void draw_worked(Random *random, double *x)
{
    (void)random;
    x[0] = 3;
    x[1] = 4;
}

static void draw_away(Random *random, double *x)
{
    x[0] = away_from_zero(random);
    x[1] = away_from_zero(random);
}

static void draw_one(Random *random, double *x) { x[0] = away_from_zero(random); }

static void quotient(Value *const *x, Value **y) { y[0] = value_div(x[0], x[1]); }
static void quotient_plain(const double *x, double *y) { y[0] = x[0] / x[1]; }
static void quotient_run(Trial *trial) { check_values(trial, quotient); }

static void itself(Value *const *x, Value **y) { y[0] = value_div(x[0], x[0]); }
static void itself_plain(const double *x, double *y)
{
    (void)x;
    y[0] = 1;
}
static void itself_run(Trial *trial) { check_values(trial, itself); }

static void nested(Value *const *x, Value **y)
{
    y[0] = value_div(x[0], x[1]);
    y[1] = value_div(y[0], x[1]);
    y[2] = value_div(y[1], y[0]);
}
static void nested_plain(const double *x, double *y)
{
    y[0] = x[0] / x[1];
    y[1] = x[0] / (x[1] * x[1]);
    y[2] = 1 / x[1];
}
static void nested_run(Trial *trial) { check_values(trial, nested); }

const Case check_cases[] = {
    {.name = "3 / 4",
     .x = "a b",
     .y = "y",
     .run = quotient_run,
     .plain = quotient_plain,
     .draw = draw_worked},
    {.name = "a / b",
     .x = "a b",
     .y = "y",
     .run = quotient_run,
     .plain = quotient_plain,
     .draw = draw_away},
    {.name = "a / a",
     .x = "a",
     .y = "y",
     .run = itself_run,
     .plain = itself_plain,
     .draw = draw_one},
    {.name = "p = a/b, q = p/b, r = q/p",
     .x = "a b",
     .y = "p q r",
     .run = nested_run,
     .plain = nested_plain,
     .draw = draw_away},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
