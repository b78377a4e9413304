/* The check of 08-loss/fused and 08-loss/hunt-rows: the lesson's scores once and twice, rows
 * ignored, scores used twice, scores thousands apart, and targets that are no class. */
#include "../learn/check.h"
#include "ops/ops.h"
#include "stops.h"

static const int worked_targets[2] = {0, 0}, ends_targets[3] = {0, 4, 4},
                 some_targets[6] = {2, IGNORED, 0, IGNORED, 1, 1},
                 no_targets[2] = {IGNORED, IGNORED}, more_targets[3] = {4, IGNORED, 1},
                 far_targets[4] = {1, 0, IGNORED, 2};

/* log of the sum of e^(x_k - x_t), by the largest difference. */
static double row_loss(const double *row, size_t n, int t)
{
    double largest = 0, sum = 0;
    for (size_t k = 0; k < n; k++)
        largest = fmax(largest, row[k] - row[t]);
    for (size_t k = n; k-- > 0;)
        sum += exp((row[k] - row[t]) - largest);
    return largest + log(sum);
}
static double plain_loss(const double *x, size_t classes, size_t rows, const int *targets)
{
    double total = 0, counted = 0;
    for (size_t r = rows; r-- > 0;)
        if (targets[r] != IGNORED) {
            total += row_loss(x + r * classes, classes, targets[r]);
            counted++;
        }
    return counted > 0 ? total / counted : 0;
}

static Tensor *worked(Tensor *const *x)
{
    return tensor_softmax_cross_entropy(x[0], worked_targets);
}
static void worked_run(Trial *trial) { check_tensors(trial, worked); }
static void one_plain(const double *x, double *y) { y[0] = plain_loss(x, 2, 1, worked_targets); }
static void two_plain(const double *x, double *y) { y[0] = plain_loss(x, 2, 2, worked_targets); }
static void draw_one(Random *random, double *x)
{
    (void)random;
    x[0] = 0;
    x[1] = log(2.0);
}
static void draw_two(Random *random, double *x)
{
    draw_one(random, x);
    draw_one(random, x + 2);
}

static Tensor *ends(Tensor *const *x) { return tensor_softmax_cross_entropy(x[0], ends_targets); }
static void ends_run(Trial *trial) { check_tensors(trial, ends); }
static void ends_plain(const double *x, double *y) { y[0] = plain_loss(x, 5, 3, ends_targets); }

static Tensor *some(Tensor *const *x) { return tensor_softmax_cross_entropy(x[0], some_targets); }
static void some_run(Trial *trial) { check_tensors(trial, some); }
static void some_plain(const double *x, double *y) { y[0] = plain_loss(x, 3, 6, some_targets); }

static Tensor *none(Tensor *const *x) { return tensor_softmax_cross_entropy(x[0], no_targets); }
static void none_run(Trial *trial) { check_tensors(trial, none); }
static void none_plain(const double *x, double *y) { y[0] = plain_loss(x, 3, 2, no_targets); }

/* Two losses of the same scores, added; the targets of the first are overwritten at once. */
static Tensor *both(Tensor *const *x)
{
    static int targets[3];
    for (int r = 0; r < 3; r++)
        targets[r] = ends_targets[r];
    Tensor *one = tensor_softmax_cross_entropy(x[0], targets);
    for (int r = 0; r < 3; r++)
        targets[r] = 2;
    return tensor_add(one, tensor_softmax_cross_entropy(x[0], more_targets));
}
static void both_run(Trial *trial) { check_tensors(trial, both); }
static void both_plain(const double *x, double *y)
{
    y[0] = plain_loss(x, 5, 3, ends_targets) + plain_loss(x, 5, 3, more_targets);
}

static Tensor *far_out(Tensor *const *x) { return tensor_softmax_cross_entropy(x[0], far_targets); }
static void far_run(Trial *trial) { check_tensors(trial, far_out); }
static void far_plain(const double *x, double *y) { y[0] = plain_loss(x, 3, 4, far_targets); }
static void draw_far(Random *random, double *x)
{
    static const double around[12] = {1000, -1000, 1000, 1000,  1000,  -1000,
                                      0,    0,     0,    -1000, -1000, -1000};
    for (size_t i = 0; i < 12; i++)
        x[i] = around[i] + random_normal(random);
}

static void no_class(Trial *trial)
{
    no_class_run(trial->x, trial->y, tensor_softmax_cross_entropy);
}

const Case check_cases[] = {
    {.name = "(0, ln 2), target 0",
     .x = "x[1][2]",
     .y = "loss",
     .run = worked_run,
     .plain = one_plain,
     .draw = draw_one},
    {.name = "the same twice",
     .x = "x[2][2]",
     .y = "loss",
     .run = worked_run,
     .plain = two_plain,
     .draw = draw_two},
    {.name = "(3,5), targets 0 4 4",
     .x = "x[3][5]",
     .y = "loss",
     .run = ends_run,
     .plain = ends_plain},
    {.name = "(2,3,3), targets 2, IGNORED, 0, IGNORED, 1, 1",
     .x = "x[2][3][3]",
     .y = "loss",
     .run = some_run,
     .plain = some_plain},
    {.name = "(3,5) in two losses, added: targets 0 4 4, and 4 IGNORED 1",
     .x = "x[3][5]",
     .y = "loss",
     .run = both_run,
     .plain = both_plain},
    {.name = "(2,3), all rows ignored",
     .x = "x[2][3]",
     .y = "loss",
     .run = none_run,
     .plain = none_plain},
    {.name = "rows near (1000 -1000 1000), (1000 1000 -1000), 0, -1000; targets 1 0 IGNORED 2",
     .x = "x[4][3]",
     .y = "loss",
     .run = far_run,
     .plain = far_plain,
     .draw = draw_far,
     .gradient_tolerance = 1e-6}, /* a loss of 700 leaves a difference fewer digits */
    {.name = "targets that are no class: 5, 6 and -2 of 5 classes",
     .x = "x[5][5]",
     .y = "stopped[3] loss[3]",
     .run = no_class,
     .judge = no_class_judge},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
