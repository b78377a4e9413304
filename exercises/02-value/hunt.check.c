/* The check of 02-value/hunt: arrows that are not short, an arrow made of one number twice, the
 * length of a length, and the tip, where no difference can measure. */
#include "check.h"
#include "length.h"

static void draw_worked(Random *random, double *x)
{
    (void)random;
    x[0] = 3;
    x[1] = 4;
}

/* From 0.5 to 2 in size: the tip of the cone is far, for the pokes. */
static void draw_away(Random *random, double *x)
{
    for (int i = 0; i < 2; i++) {
        double size = 0.5 + 1.5 * random_uniform(random);
        x[i] = random_bits(random) & 1 ? -size : size;
    }
}

static void length(Value *const *x, Value **y) { y[0] = value_length(x[0], x[1]); }
static void length_plain(const double *x, double *y) { y[0] = hypot(x[0], x[1]); }
static void length_run(Trial *trial) { check_values(trial, length); }

static void repeated(Value *const *x, Value **y)
{
    y[0] = value_length(x[0], x[0]);
    y[1] = value_length(y[0], x[1]);
}
static void repeated_plain(const double *x, double *y)
{
    y[0] = fabs(x[0]) * sqrt(2.0);
    y[1] = sqrt(2 * x[0] * x[0] + x[1] * x[1]);
}
static void repeated_run(Trial *trial) { check_values(trial, repeated); }

static void tip_run(Trial *trial)
{
    ValueMark mark = value_mark();
    Value *a = value_leaf(0), *b = value_leaf(0), *out = value_length(a, b);
    value_backward(out);
    trial->y[0] = (double)out->data;
    trial->y[1] = (double)a->grad;
    trial->y[2] = (double)b->grad;
    value_release(mark);
}
static void tip_plain(const double *x, double *y)
{
    (void)x;
    y[0] = y[1] = y[2] = 0;
}

const Case check_cases[] = {
    {.name = "the length of (3, 4)",
     .x = "a b",
     .y = "y",
     .run = length_run,
     .plain = length_plain,
     .draw = draw_worked},
    {.name = "the length of (a, b)",
     .x = "a b",
     .y = "y",
     .run = length_run,
     .plain = length_plain,
     .draw = draw_away},
    {.name = "p = length(a, a), q = length(p, b)",
     .x = "a b",
     .y = "p q",
     .run = repeated_run,
     .plain = repeated_plain,
     .draw = draw_away},
    {.name = "the length of (0, 0)",
     .x = "a",
     .y = "length da db",
     .run = tip_run,
     .plain = tip_plain,
     .forward_only = true},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
