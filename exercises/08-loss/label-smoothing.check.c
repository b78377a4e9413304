/* The check of 08-loss/label-smoothing: the lesson's scores, three values of epsilon, rows ignored,
 * scores used twice, scores far out, and targets that are no class. */
#include "label-smoothing.h"

#include "../learn/check.h"
#include "stops.h"

static const int worked_targets[1] = {0}, ends_targets[3] = {0, 4, 4},
                 some_targets[6] = {2, IGNORED, 0, IGNORED, 1, 1},
                 no_targets[2] = {IGNORED, IGNORED}, more_targets[3] = {4, IGNORED, 1};

/* ln of the sum of e^(x_k - x_i), by the largest difference: minus the logarithm of p_i. */
static double surprise(const double *row, size_t n, size_t i)
{
    double largest = 0, sum = 0;
    for (size_t k = 0; k < n; k++)
        largest = fmax(largest, row[k] - row[i]);
    for (size_t k = n; k-- > 0;)
        sum += exp((row[k] - row[i]) - largest);
    return largest + log(sum);
}
/* The mixture of two losses: the old one, and one that likes all classes alike. */
static double plain_loss(const double *x, size_t n, size_t rows, const int *targets, double epsilon)
{
    double total = 0, counted = 0;
    for (size_t r = rows; r-- > 0;)
        if (targets[r] != IGNORED) {
            double all = 0;
            for (size_t i = 0; i < n; i++)
                all += surprise(x + r * n, n, i);
            total += (1 - epsilon) * surprise(x + r * n, n, (size_t)targets[r]) +
                     epsilon * all / (double)n;
            counted++;
        }
    return counted > 0 ? total / counted : 0;
}

static Tensor *worked(Tensor *const *x)
{
    return tensor_smooth_cross_entropy(x[0], worked_targets, (real)0.2);
}
static void worked_run(Trial *trial) { check_tensors(trial, worked); }
static void worked_plain(const double *x, double *y)
{
    y[0] = plain_loss(x, 2, 1, worked_targets, 0.2);
}
static void draw_worked(Random *random, double *x)
{
    (void)random;
    x[0] = 0;
    x[1] = log(2.0);
}

static Tensor *ends(Tensor *const *x)
{
    return tensor_smooth_cross_entropy(x[0], ends_targets, (real)0.1);
}
static void ends_run(Trial *trial) { check_tensors(trial, ends); }
static void ends_plain(const double *x, double *y)
{
    y[0] = plain_loss(x, 5, 3, ends_targets, 0.1);
}
static void ends_far(Random *random, double *x)
{
    for (size_t i = 0; i < 15; i++)
        x[i] = 500 * ((double)(i * 7 % 5) - 2) + random_normal(random);
}

/* 1000 apart: too far for a probability, and not too far from the first score or from the mean. */
static void apart_run(Trial *trial) { check_tensors(trial, worked); }
static void draw_apart(Random *random, double *x)
{
    x[0] = 500 + random_normal(random);
    x[1] = -500 + random_normal(random);
}

/* The largest once last, once in the middle, once first; and all far below 0. */
static const int leads_targets[4] = {0, 1, 2, 1};
static Tensor *leads(Tensor *const *x)
{
    return tensor_smooth_cross_entropy(x[0], leads_targets, (real)0.1);
}
static void leads_run(Trial *trial) { check_tensors(trial, leads); }
static void leads_plain(const double *x, double *y)
{
    y[0] = plain_loss(x, 3, 4, leads_targets, 0.1);
}
static void draw_leads(Random *random, double *x)
{
    for (size_t i = 0; i < 12; i++)
        x[i] = (i < 9 ? -1500 : -20000) + random_normal(random);
    x[2] += 2000;
    x[4] += 2000;
    x[6] += 2000;
}

static Tensor *smooth_tenth(Tensor *x, const int *targets)
{
    return tensor_smooth_cross_entropy(x, targets, (real)0.1);
}
static void no_class(Trial *trial) { no_class_run(trial->x, trial->y, smooth_tenth); }

static Tensor *some(Tensor *const *x)
{
    return tensor_smooth_cross_entropy(x[0], some_targets, (real)0.3);
}
static void some_run(Trial *trial) { check_tensors(trial, some); }
static void some_plain(const double *x, double *y)
{
    y[0] = plain_loss(x, 3, 6, some_targets, 0.3);
}

static Tensor *none(Tensor *const *x)
{
    return tensor_smooth_cross_entropy(x[0], no_targets, (real)0.1);
}
static void none_run(Trial *trial) { check_tensors(trial, none); }
static void none_plain(const double *x, double *y) { y[0] = plain_loss(x, 3, 2, no_targets, 0.1); }

/* Two losses of the same scores, added; the targets of the first are overwritten at once. */
static Tensor *both(Tensor *const *x)
{
    static int targets[3];
    for (int r = 0; r < 3; r++)
        targets[r] = ends_targets[r];
    Tensor *one = tensor_smooth_cross_entropy(x[0], targets, (real)0.1);
    for (int r = 0; r < 3; r++)
        targets[r] = 2;
    return tensor_add(one, tensor_smooth_cross_entropy(x[0], more_targets, 0));
}
static void both_run(Trial *trial) { check_tensors(trial, both); }
static void both_plain(const double *x, double *y)
{
    y[0] = plain_loss(x, 5, 3, ends_targets, 0.1) + plain_loss(x, 5, 3, more_targets, 0);
}

const Case check_cases[] = {
    {.name = "(0, ln 2), target 0, epsilon 0.2",
     .x = "x[1][2]",
     .y = "loss",
     .run = worked_run,
     .plain = worked_plain,
     .draw = draw_worked},
    {.name = "(3,5), targets 0 4 4, epsilon 0.1",
     .x = "x[3][5]",
     .y = "loss",
     .run = ends_run,
     .plain = ends_plain},
    {.name = "(2,3,3), targets 2, IGNORED, 0, IGNORED, 1, 1, epsilon 0.3",
     .x = "x[2][3][3]",
     .y = "loss",
     .run = some_run,
     .plain = some_plain},
    {.name = "(3,5) smoothed and not, added",
     .x = "x[3][5]",
     .y = "loss",
     .run = both_run,
     .plain = both_plain},
    {.name = "(2,3), all rows ignored",
     .x = "x[2][3]",
     .y = "loss",
     .run = none_run,
     .plain = none_plain},
    {.name = "scores near (500, -500), target 0, epsilon 0.2",
     .x = "x[1][2]",
     .y = "loss",
     .run = apart_run,
     .plain = worked_plain,
     .draw = draw_apart,
     .gradient_tolerance = 1e-6},
    {.name = "rows of -1500 with one score of 500, a row of -20000, targets 0 1 2 1, epsilon 0.1",
     .x = "x[4][3]",
     .y = "loss",
     .run = leads_run,
     .plain = leads_plain,
     .draw = draw_leads,
     .gradient_tolerance = 1e-6},
    {.name = "scores from -1000 to 1000, targets 0 4 4, epsilon 0.1",
     .x = "x[3][5]",
     .y = "loss",
     .run = ends_run,
     .plain = ends_plain,
     .draw = ends_far,
     .gradient_tolerance = 1e-6}, /* a loss of 1000 leaves a difference fewer digits */
    {.name = "targets that are no class: 5, 6 and -2 of 5 classes",
     .x = "x[5][5]",
     .y = "stopped[3] loss[3]",
     .run = no_class,
     .judge = no_class_judge},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
