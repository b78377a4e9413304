/* The check of 08-loss/binary: a score of ln 3, arrays, scores used twice, labels that are
 * overwritten, and scores far out and not so far on the right and on the wrong side. */
#include "binary.h"

#include "../learn/check.h"

enum { MOST = 30 };
static bool label(size_t i) { return i * i % 7 < 3; } /* 1 1 0 1 1 0 ... */

static Tensor *loss_of(Tensor *x)
{
    static bool labels[MOST];
    for (size_t i = 0; i < x->size; i++)
        labels[i] = label(i);
    Tensor *loss = tensor_binary_cross_entropy(x, labels);
    for (size_t i = 0; i < x->size; i++)
        labels[i] = true; /* the caller's next batch */
    return loss;
}

/* Another way: the two scores (0, x) of a softmax, and log-sum-exp by the larger one. */
static double plain_loss(const double *x, size_t count)
{
    double total = 0;
    for (size_t i = count; i-- > 0;) {
        const double top = fmax(0, x[i]);
        total += top + log1p(exp(fmin(0, x[i]) - top)) - (label(i) ? x[i] : 0);
    }
    return total / (double)count;
}

static Tensor *graph(Tensor *const *x) { return loss_of(x[0]); }
static void run(Trial *trial) { check_tensors(trial, graph); }
static void one_plain(const double *x, double *y) { y[0] = plain_loss(x, 1); }
static void array_plain(const double *x, double *y) { y[0] = plain_loss(x, 15); }
static void cube_plain(const double *x, double *y) { y[0] = plain_loss(x, 30); }
static void far_plain(const double *x, double *y) { y[0] = plain_loss(x, 6); }
static void draw_one(Random *random, double *x)
{
    (void)random;
    x[0] = log(3.0);
}
static void draw_far(Random *random, double *x)
{
    static const double around[6] = {1000, -1000, 1000, 40, -40, -1000};
    for (size_t i = 0; i < 6; i++)
        x[i] = around[i] + random_normal(random);
}

/* Only answers that are right and sure: a loss of about e^-30 is not 0, nor are its slopes.
 * Magnified, to be seen. */
static Tensor *magnified(Tensor *const *x) { return tensor_scale(loss_of(x[0]), (real)1e14); }
static void magnified_run(Trial *trial) { check_tensors(trial, magnified); }
static void draw_sure(Random *random, double *x)
{
    for (size_t i = 0; i < 6; i++)
        x[i] = (label(i) ? 1 : -1) * (30 + 8 * random_uniform(random));
}
static void sure_plain(const double *x, double *y)
{
    y[0] = 0;
    for (size_t i = 0; i < 6; i++)
        y[0] += 1e14 * exp(-fabs(x[i])) / 6; /* ln(1 + t) is t, but for t^2/2 */
}

/* Not so far: what is added to the score itself is small, and not nothing. */
static void draw_wrong(Random *random, double *x)
{
    static const double from[4] = {3, 8, 13, 19};
    for (size_t i = 0; i < 4; i++)
        x[i] = (label(i) ? -1 : 1) * (from[i] + 5 * random_uniform(random));
}
static void wrong_plain(const double *x, double *y) { y[0] = plain_loss(x, 4); }

/* One by one, each with label 1 and in units of e^-x. */
static void right_run(Trial *trial)
{
    TapeMark mark = tape_mark();
    for (size_t i = 0; i < 6; i++) {
        const real score[1] = {(real)trial->x[i]};
        trial->y[i] = (double)tensor_item(loss_of(tensor_from(shape1(1), score))) * exp(trial->x[i]);
    }
    tape_release(mark);
}
static void right_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 6; i++)
        y[i] = log1p(exp(-x[i])) * exp(x[i]);
}
static void draw_right(Random *random, double *x)
{
    static const double from[6] = {3, 6, 9, 13, 18, 24};
    for (size_t i = 0; i < 6; i++)
        x[i] = from[i] + 3 * random_uniform(random);
}

static Tensor *twice(Tensor *const *x) { return tensor_mul(loss_of(x[0]), x[0]); }
static void twice_run(Trial *trial) { check_tensors(trial, twice); }
static void twice_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 3; i++)
        y[i] = plain_loss(x, 3) * x[i];
}

const Case check_cases[] = {
    {.name = "ln 3, label 1",
     .x = "x[1]",
     .y = "loss",
     .run = run,
     .plain = one_plain,
     .draw = draw_one},
    {.name = "(3,5), labels 1 1 0 1 1 0 1, and so on",
     .x = "x[3][5]",
     .y = "loss",
     .run = run,
     .plain = array_plain},
    {.name = "(2,3,5), labels 1 1 0 1 1 0 1, and so on",
     .x = "x[2][3][5]",
     .y = "loss",
     .run = run,
     .plain = cube_plain},
    {.name = "the loss of x with labels 1 1 0, times x",
     .x = "x[3]",
     .y = "y[3]",
     .run = twice_run,
     .plain = twice_plain},
    {.name = "scores near 1000 -1000 1000 40 -40 -1000, labels 1 1 0 1 1 0",
     .x = "x[6]",
     .y = "loss",
     .run = run,
     .plain = far_plain,
     .draw = draw_far,
     .gradient_tolerance = 1e-6}, /* a loss of 500 leaves a difference fewer digits */
    {.name = "scores of 3 to 24 on the wrong side, labels 1 1 0 1",
     .x = "x[4]",
     .y = "loss",
     .run = run,
     .plain = wrong_plain,
     .draw = draw_wrong,
     .forward_tolerance = 1e-13},
    {.name = "six scores of 3 to 27 with label 1, one by one, in units of e^-x",
     .x = "x[6]",
     .y = "loss[6]",
     .run = right_run,
     .plain = right_plain,
     .draw = draw_right,
     .forward_only = true},
    {.name = "scores of 30 to 38 on the right side, labels 1 1 0 1 1 0; times 1e14",
     .x = "x[6]",
     .y = "loss",
     .run = magnified_run,
     .plain = sure_plain,
     .draw = draw_sure},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
