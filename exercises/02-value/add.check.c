/* The check of 02-value/add: one sum, one of a number with itself, sums of sums, and what a
 * backward leaves behind. */
#include "check.h"

static void draw_worked(Random *random, double *x)
{
    (void)random;
    x[0] = 2;
    x[1] = 3;
}

static void sum(Value *const *x, Value **y) { y[0] = value_add(x[0], x[1]); }
static void sum_plain(const double *x, double *y) { y[0] = x[0] + x[1]; }
static void sum_run(Trial *trial) { check_values(trial, sum); }

static void twice(Value *const *x, Value **y)
{
    Value *b = value_add(x[0], x[0]);
    y[0] = value_add(b, b);
}
static void twice_plain(const double *x, double *y) { y[0] = 4 * x[0]; }
static void twice_run(Trial *trial) { check_values(trial, twice); }

static void nested(Value *const *x, Value **y)
{
    y[0] = value_add(x[0], x[1]);
    y[1] = value_add(x[2], y[0]);
    y[2] = value_add(y[1], x[1]);
}
static void nested_plain(const double *x, double *y)
{
    y[0] = x[0] + x[1];
    y[1] = x[0] + x[1] + x[2];
    y[2] = x[0] + 2 * x[1] + x[2];
}
static void nested_run(Trial *trial) { check_values(trial, nested); }

/* A sum's own gradient is no backward's to change: it still says 1 when all is done. */
static void left_run(Trial *trial)
{
    ValueMark mark = value_mark();
    Value *a = value_leaf((real)trial->x[0]), *b = value_leaf((real)trial->x[1]);
    Value *out = value_add(a, b);
    value_backward(out);
    trial->y[0] = (double)out->grad;
    trial->y[1] = (double)a->grad;
    trial->y[2] = (double)b->grad;
    value_release(mark);
}
static void left_plain(const double *x, double *y)
{
    (void)x;
    y[0] = y[1] = y[2] = 1;
}

const Case check_cases[] = {
    {.name = "2 + 3",
     .x = "a b",
     .y = "y",
     .run = sum_run,
     .plain = sum_plain,
     .draw = draw_worked},
    {.name = "a + b", .x = "a b", .y = "y", .run = sum_run, .plain = sum_plain},
    {.name = "b = a + a, c = b + b", .x = "a", .y = "c", .run = twice_run, .plain = twice_plain},
    {.name = "p = a + b, q = c + p, r = q + b",
     .x = "a b c",
     .y = "p q r",
     .run = nested_run,
     .plain = nested_plain},
    {.name = "the gradients after backward, the sum's own too",
     .x = "a b",
     .y = "dsum da db",
     .run = left_run,
     .plain = left_plain,
     .forward_only = true},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
