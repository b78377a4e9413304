/* The check of 08-loss/softmax: the lesson's two scores, rows of several shapes, scores near 1000,
 * the largest in each place, scores as small as there are, x used twice, and what other operations
 * ask of a row. */
#include "../learn/check.h"
#include "ops/ops.h"

/* 1 / sum of e^(x_k - x_j): another way to the same number, which needs no largest one. */
static void rows_plain(const double *x, double *y, size_t rows, size_t n)
{
    for (size_t j = 0; j < rows * n; j++) {
        double sum = 0;
        for (size_t k = 0; k < n; k++)
            sum += exp(x[j / n * n + k] - x[j]);
        y[j] = 1 / sum;
    }
}

static Tensor *softmax(Tensor *const *x) { return tensor_softmax(x[0]); }
static void softmax_run(Trial *trial) { check_tensors(trial, softmax); }
static void two_plain(const double *x, double *y) { rows_plain(x, y, 1, 2); }
static void three_plain(const double *x, double *y) { rows_plain(x, y, 3, 5); }
static void cube_plain(const double *x, double *y) { rows_plain(x, y, 6, 7); }
static void single_plain(const double *x, double *y) { rows_plain(x, y, 3, 1); }
static void far_plain(const double *x, double *y) { rows_plain(x, y, 4, 3); }
static void draw_worked(Random *random, double *x)
{
    (void)random;
    x[0] = 0;
    x[1] = log(2.0);
}
/* Rows near 1000, near -1000, one of both with -1000 first, and a usual one. */
static void draw_far(Random *random, double *x)
{
    static const double around[12] = {1000,  1000, 1000, -1000, -1000, -1000,
                                      -1000, 1000, 1000, 0,     0,     0};
    for (size_t i = 0; i < 12; i++)
        x[i] = around[i] + random_normal(random);
}

/* The largest is once last, once in the middle, once first, and less far from 0 than the others;
 * and two rows far below 0. */
static void one_leads_plain(const double *x, double *y) { rows_plain(x, y, 5, 3); }
static void draw_one_leads(Random *random, double *x)
{
    for (size_t i = 0; i < 15; i++)
        x[i] = (i < 9 ? -1500 : i < 12 ? -20000 : -1e10) + random_normal(random);
    x[2] += 2000;
    x[4] += 2000;
    x[6] += 2000;
}
static void least_plain(const double *x, double *y) { rows_plain(x, y, 2, 3); }
static void draw_least(Random *random, double *x)
{
    for (size_t i = 0; i < 6; i++)
        x[i] = -1e300;
    x[random_below(random, 3)] = 1e300;
}

static Tensor *twice(Tensor *const *x) { return tensor_mul(tensor_softmax(x[0]), x[0]); }
static void twice_run(Trial *trial) { check_tensors(trial, twice); }
static void twice_plain(const double *x, double *y)
{
    rows_plain(x, y, 2, 3);
    for (size_t i = 0; i < 6; i++)
        y[i] *= x[i];
}

/* A row with nothing allowed, and one with one class forbidden. */
static void draw_forbidden(Random *random, double *x)
{
    for (size_t i = 0; i < 6; i++)
        x[i] = i < 3 || i == 4 ? -(double)INFINITY : random_normal(random);
}
static void forbidden_plain(const double *x, double *y)
{
    const double sum = exp(x[3]) + exp(x[5]);
    for (size_t i = 0; i < 6; i++)
        y[i] = exp(x[i]) / sum;
}

/* What other operations ask: the two parts of a row's sum, by both functions; p over its own x. */
static void row_of(const double *x, real row[5])
{
    for (size_t i = 0; i < 5; i++)
        row[i] = (real)x[i];
}
static void log_sums_run(Trial *trial)
{
    real row[5], p[5];
    row_of(trial->x, row);
    const LogSum one = log_sum_row(row, 5), other = softmax_row(p, row, 5);
    trial->y[0] = (double)one.max;
    trial->y[1] = (double)one.rest;
    trial->y[2] = (double)other.max;
    trial->y[3] = (double)other.rest;
}
static void log_sums_plain(const double *x, double *y)
{
    double max = x[0], sum = 0;
    for (size_t i = 1; i < 5; i++)
        max = fmax(max, x[i]);
    for (size_t i = 5; i-- > 0;)
        sum += exp(x[i] - max);
    y[0] = y[2] = max;
    y[1] = y[3] = log(sum);
}
static void draw_thousand(Random *random, double *x)
{
    for (size_t i = 0; i < 5; i++)
        x[i] = 1000 + random_normal(random);
}
static void in_place_run(Trial *trial)
{
    real row[5];
    row_of(trial->x, row);
    softmax_row(row, row, 5);
    for (size_t i = 0; i < 5; i++)
        trial->y[i] = (double)row[i];
}
static void in_place_plain(const double *x, double *y) { rows_plain(x, y, 1, 5); }

const Case check_cases[] = {
    {.name = "softmax of (0, ln 2)",
     .x = "x[2]",
     .y = "p[2]",
     .run = softmax_run,
     .plain = two_plain,
     .draw = draw_worked},
    {.name = "softmax of (3,5)",
     .x = "x[3][5]",
     .y = "p[3][5]",
     .run = softmax_run,
     .plain = three_plain},
    {.name = "softmax of (2,3,7)",
     .x = "x[2][3][7]",
     .y = "p[2][3][7]",
     .run = softmax_run,
     .plain = cube_plain},
    {.name = "softmax of (3,1)",
     .x = "x[3][1]",
     .y = "p[3][1]",
     .run = softmax_run,
     .plain = single_plain},
    {.name = "rows near (1000 1000 1000), (-1000 -1000 -1000), (-1000 1000 1000), 0",
     .x = "x[4][3]",
     .y = "p[4][3]",
     .run = softmax_run,
     .plain = far_plain,
     .draw = draw_far},
    {.name = "rows of -1500 with one score of 500; rows near -20000 and -1e10",
     .x = "x[5][3]",
     .y = "p[5][3]",
     .run = softmax_run,
     .plain = one_leads_plain,
     .draw = draw_one_leads},
    {.name = "softmax of x, times x",
     .x = "x[2][3]",
     .y = "y[2][3]",
     .run = twice_run,
     .plain = twice_plain},
    {.name = "softmax of minus infinities",
     .x = "x[2][3]",
     .y = "p[2][3]",
     .run = softmax_run,
     .plain = forbidden_plain,
     .draw = draw_forbidden,
     .forward_only = true},
    {.name = "rows of -1e300, one with a score of 1e300",
     .x = "x[2][3]",
     .y = "p[2][3]",
     .run = softmax_run,
     .plain = least_plain,
     .draw = draw_least,
     .forward_only = true},
    {.name = "max and rest, of log_sum_row and of softmax_row",
     .x = "x[5]",
     .y = "log_sum_row.max log_sum_row.rest softmax_row.max softmax_row.rest",
     .run = log_sums_run,
     .plain = log_sums_plain,
     .draw = draw_thousand,
     .forward_only = true},
    {.name = "softmax_row(x, x, 5): p stands where x stood",
     .x = "x[5]",
     .y = "p[5]",
     .run = in_place_run,
     .plain = in_place_plain,
     .forward_only = true},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
