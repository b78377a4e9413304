/* The check of 02-value/mul: one product, one used with itself, and products of products. */
#include "check.h"

static void draw_worked(Random *random, double *x)
{
    (void)random;
    x[0] = 2;
    x[1] = -3;
}

static void product(Value *const *x, Value **y) { y[0] = value_mul(x[0], x[1]); }
static void product_plain(const double *x, double *y) { y[0] = x[0] * x[1]; }
static void product_run(Trial *trial) { check_values(trial, product); }

static void square(Value *const *x, Value **y) { y[0] = value_mul(x[0], x[0]); }
static void square_plain(const double *x, double *y) { y[0] = x[0] * x[0]; }
static void square_run(Trial *trial) { check_values(trial, square); }

/* The inner product is an output too: its gradient comes from two sides. */
static void nested(Value *const *x, Value **y)
{
    y[0] = value_mul(x[0], x[1]);
    y[1] = value_mul(y[0], x[2]);
    y[2] = value_mul(x[1], y[1]);
}
static void nested_plain(const double *x, double *y)
{
    y[0] = x[0] * x[1];
    y[1] = x[0] * x[1] * x[2];
    y[2] = x[0] * x[1] * x[1] * x[2];
}
static void nested_run(Trial *trial) { check_values(trial, nested); }

const Case check_cases[] = {
    {.name = "2 * -3",
     .x = "a b",
     .y = "y",
     .run = product_run,
     .plain = product_plain,
     .draw = draw_worked},
    {.name = "a*b", .x = "a b", .y = "y", .run = product_run, .plain = product_plain},
    {.name = "a*a", .x = "a", .y = "y", .run = square_run, .plain = square_plain},
    {.name = "p = ab, q = pc, r = bq",
     .x = "a b c",
     .y = "p q r",
     .run = nested_run,
     .plain = nested_plain},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
