/* The check of 02-value/pow: whole exponents at any place, others at positive ones, powers of 0,
 * and the constant's leaf, which gets nothing. */
#include "check.h"

static void draw_two(Random *random, double *x)
{
    (void)random;
    x[0] = 2;
}
static void draw_zero(Random *random, double *x)
{
    (void)random;
    x[0] = 0;
}
static void draw_positive(Random *random, double *x) { x[0] = 0.5 + 1.5 * random_uniform(random); }

static void cube(Value *const *x, Value **y) { y[0] = value_pow(x[0], 3); }
static void cube_plain(const double *x, double *y) { y[0] = x[0] * x[0] * x[0]; }
static void cube_run(Trial *trial) { check_values(trial, cube); }

static void broken(Value *const *x, Value **y)
{
    y[0] = value_pow(x[0], (real)-1.5);
    y[1] = value_pow(x[0], (real)0.5);
}
static void broken_plain(const double *x, double *y)
{
    y[0] = 1 / (x[0] * sqrt(x[0]));
    y[1] = sqrt(x[0]);
}
static void broken_run(Trial *trial) { check_values(trial, broken); }

static void nothing(Value *const *x, Value **y) { y[0] = value_pow(x[0], 0); }
static void nothing_plain(const double *x, double *y)
{
    (void)x;
    y[0] = 1;
}
static void nothing_run(Trial *trial) { check_values(trial, nothing); }

static void plain_at_zero(const double *x, double *y)
{
    y[0] = x[0];
    y[1] = x[0] * x[0];
    y[2] = x[0] * x[0] * x[0];
}
static void at_zero(Value *const *x, Value **y)
{
    for (int n = 1; n <= 3; n++)
        y[n - 1] = value_pow(x[0], (real)n);
}
static void at_zero_run(Trial *trial) { check_values(trial, at_zero); }

/* All that a backward may have written to: the constant stands as the second parent. */
static void constant_run(Trial *trial)
{
    ValueMark mark = value_mark();
    Value *a = value_leaf((real)trial->x[0]), *out = value_pow(a, 3);
    value_backward(out);
    const Value *constant = out->parents[1];
    trial->y[0] = (double)out->grad;
    trial->y[1] = (double)a->grad;
    trial->y[2] = constant == NULL ? (double)NAN : (double)constant->grad;
    value_release(mark);
}
static void constant_plain(const double *x, double *y)
{
    y[0] = 1;
    y[1] = 3 * x[0] * x[0];
    y[2] = 0;
}

/* A power of a power, each used further. */
static void nested(Value *const *x, Value **y)
{
    Value *square = value_pow(x[0], 2);
    y[0] = value_pow(value_add(square, x[1]), 3);
    y[1] = value_mul(square, x[0]);
}
static void nested_plain(const double *x, double *y)
{
    double base = x[0] * x[0] + x[1];
    y[0] = base * base * base;
    y[1] = x[0] * x[0] * x[0];
}
static void nested_run(Trial *trial) { check_values(trial, nested); }

const Case check_cases[] = {
    {.name = "2^3", .x = "a", .y = "y", .run = cube_run, .plain = cube_plain, .draw = draw_two},
    {.name = "a^3", .x = "a", .y = "y", .run = cube_run, .plain = cube_plain},
    {.name = "a^-1.5 and a^0.5",
     .x = "a",
     .y = "y z",
     .run = broken_run,
     .plain = broken_plain,
     .draw = draw_positive},
    {.name = "a^0 at 0",
     .x = "a",
     .y = "y",
     .run = nothing_run,
     .plain = nothing_plain,
     .draw = draw_zero},
    {.name = "a^0", .x = "a", .y = "y", .run = nothing_run, .plain = nothing_plain},
    {.name = "a^1, a^2 and a^3 at 0",
     .x = "a",
     .y = "y z w",
     .run = at_zero_run,
     .plain = plain_at_zero,
     .draw = draw_zero},
    {.name = "(a^2 + b)^3 and a^2 a",
     .x = "a b",
     .y = "y z",
     .run = nested_run,
     .plain = nested_plain},
    {.name = "a^3: the gradients after backward, the constant's too",
     .x = "a",
     .y = "dout da dn",
     .run = constant_run,
     .plain = constant_plain,
     .draw = draw_two,
     .forward_only = true},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
