/* The check of 04-scalar-mlp/loss: the lesson's two scores, then five, with every class as
 * target. */
#include "../learn/check.h"

enum { CLASSES = 5 };

static void draw_worked(Random *random, double *x)
{
    (void)random;
    x[0] = 0;
    x[1] = log(2.0);
}

/* The other way: the largest score taken off first. */
static double log_of_sum(const double *x, size_t classes)
{
    double largest = x[0], sum = 0;
    for (size_t i = 1; i < classes; i++)
        largest = fmax(largest, x[i]);
    for (size_t i = 0; i < classes; i++)
        sum += exp(x[i] - largest);
    return largest + log(sum);
}

static void softmax_graph(Value *const *x, Value **y, size_t classes)
{
    Value **p = value_softmax(x, classes);
    for (size_t i = 0; i < classes; i++)
        y[i] = p[i];
}

static void two_softmax(Value *const *x, Value **y) { softmax_graph(x, y, 2); }
static void two_softmax_run(Trial *trial) { check_values(trial, two_softmax); }
static void two_softmax_plain(const double *x, double *y)
{
    y[0] = exp(x[0] - log_of_sum(x, 2));
    y[1] = exp(x[1] - log_of_sum(x, 2));
}

static void two_loss(Value *const *x, Value **y) { y[0] = value_cross_entropy(x, 2, 0); }
static void two_loss_run(Trial *trial) { check_values(trial, two_loss); }
static void two_loss_plain(const double *x, double *y) { y[0] = log_of_sum(x, 2) - x[0]; }

static void softmax(Value *const *x, Value **y) { softmax_graph(x, y, CLASSES); }
static void softmax_run(Trial *trial) { check_values(trial, softmax); }
static void softmax_plain(const double *x, double *y)
{
    for (size_t i = 0; i < CLASSES; i++)
        y[i] = exp(x[i] - log_of_sum(x, CLASSES));
}

static void losses(Value *const *x, Value **y)
{
    for (size_t target = 0; target < CLASSES; target++)
        y[target] = value_cross_entropy(x, CLASSES, target);
}
static void losses_run(Trial *trial) { check_values(trial, losses); }
static void losses_plain(const double *x, double *y)
{
    for (size_t target = 0; target < CLASSES; target++)
        y[target] = log_of_sum(x, CLASSES) - x[target];
}

const Case check_cases[] = {
    {.name = "softmax of (0, ln 2)",
     .x = "s[2]",
     .y = "p[2]",
     .run = two_softmax_run,
     .plain = two_softmax_plain,
     .draw = draw_worked},
    {.name = "cross-entropy of (0, ln 2) at class 0",
     .x = "s[2]",
     .y = "loss",
     .run = two_loss_run,
     .plain = two_loss_plain,
     .draw = draw_worked},
    {.name = "softmax of five scores",
     .x = "s[5]",
     .y = "p[5]",
     .run = softmax_run,
     .plain = softmax_plain},
    {.name = "cross-entropy of five scores, at each class",
     .x = "s[5]",
     .y = "loss[5]",
     .run = losses_run,
     .plain = losses_plain},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
