/* The check of 08-loss/cross-entropy: one row by hand, targets that repeat, rows ignored in front,
 * in the middle and all of them, a p that is used twice, targets that the caller overwrites, small
 * probabilities, and targets that are no class. */
#include "../learn/check.h"
#include "ops/ops.h"
#include "stops.h"

static const int worked_targets[1] = {0}, ends_targets[3] = {0, 4, 4},
                 some_targets[6] = {2, IGNORED, 0, IGNORED, IGNORED, 1},
                 no_targets[2] = {IGNORED, IGNORED}, more_targets[3] = {4, IGNORED, 1};

static void draw_probabilities(Random *random, double *x, size_t count)
{
    for (size_t i = 0; i < count; i++)
        x[i] = 0.2 + 0.6 * random_uniform(random);
}

/* The logarithm of the product, instead of the sum of the logarithms. */
static double plain_loss(const double *p, size_t classes, size_t rows, const int *targets)
{
    double product = 1, counted = 0;
    for (size_t r = 0; r < rows; r++)
        if (targets[r] != IGNORED) {
            product *= p[r * classes + (size_t)targets[r]];
            counted++;
        }
    return counted > 0 ? -log(product) / counted : 0;
}

static Tensor *worked(Tensor *const *x) { return tensor_cross_entropy(x[0], worked_targets); }
static void worked_run(Trial *trial) { check_tensors(trial, worked); }
static void worked_plain(const double *x, double *y) { y[0] = plain_loss(x, 2, 1, worked_targets); }
static void draw_worked(Random *random, double *x)
{
    (void)random;
    x[0] = 0.25;
    x[1] = 0.75;
}

static Tensor *ends(Tensor *const *x) { return tensor_cross_entropy(x[0], ends_targets); }
static void ends_run(Trial *trial) { check_tensors(trial, ends); }
static void ends_plain(const double *x, double *y) { y[0] = plain_loss(x, 5, 3, ends_targets); }
static void ends_draw(Random *random, double *x) { draw_probabilities(random, x, 15); }

static Tensor *some(Tensor *const *x) { return tensor_cross_entropy(x[0], some_targets); }
static void some_run(Trial *trial) { check_tensors(trial, some); }
static void some_plain(const double *x, double *y) { y[0] = plain_loss(x, 3, 6, some_targets); }
static void some_draw(Random *random, double *x) { draw_probabilities(random, x, 18); }

static Tensor *none(Tensor *const *x) { return tensor_cross_entropy(x[0], no_targets); }
static void none_run(Trial *trial) { check_tensors(trial, none); }
static void none_plain(const double *x, double *y) { y[0] = plain_loss(x, 3, 2, no_targets); }
static void none_draw(Random *random, double *x) { draw_probabilities(random, x, 6); }

/* Two losses of one p, added: both write to its gradient. */
static Tensor *both(Tensor *const *x)
{
    Tensor *one = tensor_cross_entropy(x[0], ends_targets);
    return tensor_add(one, tensor_cross_entropy(x[0], more_targets));
}
static void both_run(Trial *trial) { check_tensors(trial, both); }
static void both_plain(const double *x, double *y)
{
    y[0] = plain_loss(x, 5, 3, ends_targets) + plain_loss(x, 5, 3, more_targets);
}

/* The caller's array holds other targets by the time of backward. */
static Tensor *reused(Tensor *const *x)
{
    static int targets[3];
    for (int r = 0; r < 3; r++)
        targets[r] = ends_targets[r];
    Tensor *loss = tensor_cross_entropy(x[0], targets);
    for (int r = 0; r < 3; r++)
        targets[r] = 2;
    return loss;
}
static void reused_run(Trial *trial) { check_tensors(trial, reused); }

/* Down to 1e-30: a difference cannot take steps there, so the slopes are outputs here. */
static const int small_targets[2] = {1, 2};
static void small_run(Trial *trial)
{
    TapeMark mark = tape_mark();
    Tensor *p = tensor_new(shape2(2, 3));
    for (size_t i = 0; i < 6; i++)
        p->data[i] = (real)trial->x[i];
    tensor_want_grad(p);
    Tensor *loss = tensor_cross_entropy(p, small_targets);
    tensor_backward(loss);
    trial->y[0] = (double)tensor_item(loss);
    for (size_t i = 0; i < 6; i++)
        trial->y[1 + i] = (double)p->grad[i];
    tape_release(mark);
}
static void small_plain(const double *p, double *y)
{
    y[0] = -(log(p[1]) + log(p[5])) / 2;
    for (size_t i = 0; i < 6; i++)
        y[1 + i] = i == 1 || i == 5 ? -1 / (2 * p[i]) : 0;
}
static void small_draw(Random *random, double *x)
{
    draw_probabilities(random, x, 6);
    x[1] *= 1e-30;
    x[5] *= 1e-6;
}

static void no_class(Trial *trial) { no_class_run(trial->x, trial->y, tensor_cross_entropy); }
static void no_class_draw(Random *random, double *x) { draw_probabilities(random, x, 25); }

const Case check_cases[] = {
    {.name = "(1/4, 3/4), target 0",
     .x = "p[2]",
     .y = "loss",
     .run = worked_run,
     .plain = worked_plain,
     .draw = draw_worked},
    {.name = "(3,5), targets 0 4 4",
     .x = "p[3][5]",
     .y = "loss",
     .run = ends_run,
     .plain = ends_plain,
     .draw = ends_draw},
    {.name = "(2,3,3), targets 2, IGNORED, 0, IGNORED, IGNORED, 1",
     .x = "p[2][3][3]",
     .y = "loss",
     .run = some_run,
     .plain = some_plain,
     .draw = some_draw},
    {.name = "(3,5) in two losses, added",
     .x = "p[3][5]",
     .y = "loss",
     .run = both_run,
     .plain = both_plain,
     .draw = ends_draw},
    {.name = "targets that are overwritten after forward",
     .x = "p[3][5]",
     .y = "loss",
     .run = reused_run,
     .plain = ends_plain,
     .draw = ends_draw},
    {.name = "(2,3), all rows ignored",
     .x = "p[2][3]",
     .y = "loss",
     .run = none_run,
     .plain = none_plain,
     .draw = none_draw},
    {.name = "p of 1e-30 and 1e-6 at the targets: the loss, and dp",
     .x = "p[2][3]",
     .y = "loss dp[2][3]",
     .run = small_run,
     .plain = small_plain,
     .draw = small_draw,
     .forward_only = true},
    {.name = "targets that are no class: 5, 6 and -2 of 5 classes",
     .x = "p[5][5]",
     .y = "stopped[3] loss[3]",
     .run = no_class,
     .judge = no_class_judge,
     .draw = no_class_draw},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
