/* The check of 08-loss/log-softmax: the lesson's two scores, rows, x used twice, and scores so far
 * apart that a probability would be 0. */
#include "../learn/check.h"
#include "ops/ops.h"

/* -log of the sum of e^(x_k - x_j), by the largest difference where that is large. */
static double log_of(const double *row, size_t n, size_t j)
{
    double largest = 0, sum = 0;
    for (size_t k = 0; k < n; k++)
        largest = fmax(largest, row[k] - row[j]);
    for (size_t k = n; k-- > 0;)
        sum += exp((row[k] - row[j]) - largest);
    return -largest - log(sum);
}
static void rows_plain(const double *x, double *y, size_t rows, size_t n)
{
    for (size_t j = 0; j < rows * n; j++)
        y[j] = log_of(x + j / n * n, n, j % n);
}

static Tensor *log_softmax(Tensor *const *x) { return tensor_log_softmax(x[0]); }
static void log_softmax_run(Trial *trial) { check_tensors(trial, log_softmax); }
static void two_plain(const double *x, double *y) { rows_plain(x, y, 1, 2); }
static void three_plain(const double *x, double *y) { rows_plain(x, y, 3, 5); }
static void cube_plain(const double *x, double *y) { rows_plain(x, y, 6, 7); }
static void far_plain(const double *x, double *y) { rows_plain(x, y, 3, 3); }
static void draw_worked(Random *random, double *x)
{
    (void)random;
    x[0] = 0;
    x[1] = log(2.0);
}
static void draw_far(Random *random, double *x)
{
    static const double around[9] = {1000, 1000, 1000, -1000, -1000, -1000, -1000, 1000, 0};
    for (size_t i = 0; i < 9; i++)
        x[i] = around[i] + random_normal(random);
}

/* The largest once last, once in the middle, once first, and less far from 0 than the others; and
 * a row far below 0. */
static void one_leads_plain(const double *x, double *y) { rows_plain(x, y, 4, 3); }
static void draw_one_leads(Random *random, double *x)
{
    for (size_t i = 0; i < 12; i++)
        x[i] = (i < 9 ? -1500 : -20000) + random_normal(random);
    x[2] += 2000;
    x[4] += 2000;
    x[6] += 2000;
}

static Tensor *twice(Tensor *const *x) { return tensor_mul(tensor_log_softmax(x[0]), x[0]); }
static void twice_run(Trial *trial) { check_tensors(trial, twice); }
static void twice_plain(const double *x, double *y)
{
    rows_plain(x, y, 2, 3);
    for (size_t i = 0; i < 6; i++)
        y[i] *= x[i];
}

const Case check_cases[] = {
    {.name = "log_softmax of (0, ln 2)",
     .x = "x[2]",
     .y = "y[2]",
     .run = log_softmax_run,
     .plain = two_plain,
     .draw = draw_worked},
    {.name = "log_softmax of (3,5)",
     .x = "x[3][5]",
     .y = "y[3][5]",
     .run = log_softmax_run,
     .plain = three_plain},
    {.name = "log_softmax of (2,3,7)",
     .x = "x[2][3][7]",
     .y = "y[2][3][7]",
     .run = log_softmax_run,
     .plain = cube_plain},
    {.name = "log_softmax of x, times x",
     .x = "x[2][3]",
     .y = "y[2][3]",
     .run = twice_run,
     .plain = twice_plain},
    {.name = "rows near (1000 1000 1000), (-1000 -1000 -1000), (-1000 1000 0)",
     .x = "x[3][3]",
     .y = "y[3][3]",
     .run = log_softmax_run,
     .plain = far_plain,
     .draw = draw_far,
     .gradient_tolerance = 1e-6}, /* values of 2000 leave a difference fewer digits */
    {.name = "rows of -1500 with one score of 500, and a row of -20000",
     .x = "x[4][3]",
     .y = "y[4][3]",
     .run = log_softmax_run,
     .plain = one_leads_plain,
     .draw = draw_one_leads,
     .gradient_tolerance = 1e-6},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
