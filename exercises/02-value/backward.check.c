/* The check of 02-value/backward: graphs in which Values are used twice, outputs that share, repeat
 * or are leaves, two backwards over one graph, and a chain too long for a function that calls
 * itself. */
#include "check.h"

static void draw_three(Random *random, double *x)
{
    (void)random;
    x[0] = 3;
}
static void draw_worked(Random *random, double *x)
{
    (void)random;
    x[0] = 2;
    x[1] = -3;
    x[2] = 10;
}

static void doubled(Value *const *x, Value **y)
{
    Value *b = value_add(x[0], x[0]);
    y[0] = value_add(b, b);
}
static void doubled_plain(const double *x, double *y) { y[0] = 4 * x[0]; }
static void doubled_run(Trial *trial) { check_values(trial, doubled); }

static void square(Value *const *x, Value **y)
{
    y[0] = value_pow(value_add(value_mul(x[0], x[1]), x[2]), 2);
}
static void square_plain(const double *x, double *y)
{
    double e = x[0] * x[1] + x[2];
    y[0] = e * e;
}
static void square_run(Trial *trial) { check_values(trial, square); }

/* b is used by s and by the sum, which has them in either order. */
static void diamond(Value *const *x, Value **y)
{
    Value *b = value_mul(x[0], x[1]), *s = value_mul(b, b);
    y[0] = value_add(b, s);
}
static void turned(Value *const *x, Value **y)
{
    Value *b = value_mul(x[0], x[1]), *s = value_mul(b, b);
    y[0] = value_add(s, b);
}
static void diamond_plain(const double *x, double *y)
{
    double b = x[0] * x[1];
    y[0] = b + b * b;
}
static void diamond_run(Trial *trial) { check_values(trial, diamond); }
static void turned_run(Trial *trial) { check_values(trial, turned); }

/* Outputs that are computed from one another; a leaf; one that stands there twice. */
static void shared(Value *const *x, Value **y)
{
    y[0] = value_mul(x[0], x[1]);
    y[1] = value_tanh(y[0]);
    y[2] = value_sub(y[1], y[0]);
    y[3] = x[1];
    y[4] = y[1];
}
static void shared_plain(const double *x, double *y)
{
    y[0] = x[0] * x[1];
    y[1] = tanh(y[0]);
    y[2] = y[1] - y[0];
    y[3] = x[1];
    y[4] = y[1];
}
static void shared_run(Trial *trial) { check_values(trial, shared); }

/* The whole and a part of it, the whole first. */
static void part(Value *const *x, Value **y)
{
    Value *b = value_mul(x[0], x[1]);
    y[1] = value_mul(b, b);
    y[0] = value_add(b, y[1]);
}
static void part_plain(const double *x, double *y)
{
    double b = x[0] * x[1];
    y[1] = b * b;
    y[0] = b + y[1];
}
static void part_run(Trial *trial) { check_values(trial, part); }

/* One backward has run over the graph before the one that is judged, and left what it left. */
static void again(Value *const *x, Value **y)
{
    Value *inner = value_mul(x[0], x[0]);
    y[0] = value_mul(inner, inner);
    real kept = x[0]->grad;
    value_backward(y[0]);
    x[0]->grad = kept;
}
static void again_plain(const double *x, double *y) { y[0] = x[0] * x[0] * x[0] * x[0]; }
static void again_run(Trial *trial) { check_values(trial, again); }

/* A chain of 200000 in which every sum uses the leaf again: a, -2a, a, -2a, ... */
static void chain(Value *const *x, Value **y)
{
    y[0] = x[0];
    for (int i = 0; i < 100000; i++)
        y[0] = value_neg(value_add(y[0], x[0]));
}
static void chain_plain(const double *x, double *y) { y[0] = x[0]; }
static void chain_run(Trial *trial) { check_values(trial, chain); }

/* 40 doublings: 2^40 ways from the output to the leaf, and 40 Values. */
static void doublings(Value *const *x, Value **y)
{
    y[0] = x[0];
    for (int i = 0; i < 40; i++)
        y[0] = value_add(y[0], y[0]);
}
static void doublings_plain(const double *x, double *y) { y[0] = 0x1p40 * x[0]; }
static void doublings_run(Trial *trial) { check_values(trial, doublings); }

const Case check_cases[] = {
    {.name = "b = a + a, c = b + b at 3",
     .x = "a",
     .y = "c",
     .run = doubled_run,
     .plain = doubled_plain,
     .draw = draw_three},
    {.name = "(ab + c)^2 at 2, -3, 10",
     .x = "a b c",
     .y = "y",
     .run = square_run,
     .plain = square_plain,
     .draw = draw_worked},
    {.name = "s = ab, s + s s", .x = "a b", .y = "y", .run = diamond_run, .plain = diamond_plain},
    {.name = "s = ab, s s + s", .x = "a b", .y = "y", .run = turned_run, .plain = diamond_plain},
    {.name = "outputs that share, repeat, are leaves",
     .x = "a b",
     .y = "p q r b q2",
     .run = shared_run,
     .plain = shared_plain},
    {.name = "b + s and s, with b = a a2, s = b b",
     .x = "a a2",
     .y = "y s",
     .run = part_run,
     .plain = part_plain},
    {.name = "(a a)(a a), a second backward",
     .x = "a",
     .y = "y",
     .run = again_run,
     .plain = again_plain},
    {.name = "doubled 40 times",
     .x = "a",
     .y = "y",
     .run = doublings_run,
     .plain = doublings_plain},
    {.name = "a chain of 200000", .x = "a", .y = "y", .run = chain_run, .plain = chain_plain},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
