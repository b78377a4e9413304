/* The check of 07-linear-algebra/mean: the lesson's matrix, then three axes, each of them, and
 * all. */
#include "../learn/check.h"
#include "ops/ops.h"

static Tensor *rows(Tensor *const *x) { return tensor_mean(x[0], 1); }
static void rows_run(Trial *trial) { check_tensors(trial, rows); }
static void rows_plain(const double *x, double *y)
{
    y[0] = (x[0] + x[1] + x[2]) / 3;
    y[1] = (x[3] + x[4] + x[5]) / 3;
}
static void draw_worked(Random *random, double *x)
{
    (void)random;
    for (size_t i = 0; i < 6; i++)
        x[i] = (double)i + 1;
}

/* Adds each element's part of (2,3,5) to the place that its index has without the axis. */
static void three_plain(const double *x, double *y, int axis)
{
    static const size_t dim[3] = {2, 3, 5};
    for (size_t i = 0; i < 30 / dim[axis]; i++)
        y[i] = 0;
    for (size_t i = 30; i-- > 0;) {
        const size_t index[3] = {i / 15, i / 5 % 3, i % 5};
        size_t at = 0;
        for (int a = 0; a < 3; a++)
            at = a == axis ? at : at * dim[a] + index[a];
        y[at] += x[i] / (double)dim[axis];
    }
}

static Tensor *first(Tensor *const *x) { return tensor_mean(x[0], 0); }
static void first_run(Trial *trial) { check_tensors(trial, first); }
static void first_plain(const double *x, double *y) { three_plain(x, y, 0); }
static Tensor *middle(Tensor *const *x) { return tensor_mean(x[0], 1); }
static void middle_run(Trial *trial) { check_tensors(trial, middle); }
static void middle_plain(const double *x, double *y) { three_plain(x, y, 1); }
static Tensor *last(Tensor *const *x) { return tensor_mean(x[0], -1); }
static void last_run(Trial *trial) { check_tensors(trial, last); }
static void last_plain(const double *x, double *y) { three_plain(x, y, 2); }

static Tensor *all(Tensor *const *x) { return tensor_mean(x[0], ALL_AXES); }
static void all_run(Trial *trial) { check_tensors(trial, all); }
static void all_plain(const double *x, double *y)
{
    y[0] = 0;
    for (size_t i = 30; i-- > 0;)
        y[0] += x[i] / 30;
}

/* x is used by the mean and beside it. */
static Tensor *diamond(Tensor *const *x) { return tensor_mul(x[0], tensor_mean(x[0], 0)); }
static void diamond_run(Trial *trial) { check_tensors(trial, diamond); }
static void diamond_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 6; i++)
        y[i] = x[i] * (x[i % 3] + x[3 + i % 3]) / 2;
}

const Case check_cases[] = {
    {.name = "[[1,2,3],[4,5,6]] over axis 1",
     .x = "x[2][3]",
     .y = "y[2]",
     .run = rows_run,
     .plain = rows_plain,
     .draw = draw_worked},
    {.name = "(2,3,5) over axis 0",
     .x = "x[2][3][5]",
     .y = "y[3][5]",
     .run = first_run,
     .plain = first_plain},
    {.name = "(2,3,5) over axis 1",
     .x = "x[2][3][5]",
     .y = "y[2][5]",
     .run = middle_run,
     .plain = middle_plain},
    {.name = "(2,3,5) over axis -1",
     .x = "x[2][3][5]",
     .y = "y[2][3]",
     .run = last_run,
     .plain = last_plain},
    {.name = "(2,3,5) over all axes",
     .x = "x[2][3][5]",
     .y = "y",
     .run = all_run,
     .plain = all_plain},
    {.name = "x times its own mean",
     .x = "x[2][3]",
     .y = "y[2][3]",
     .run = diamond_run,
     .plain = diamond_plain},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
