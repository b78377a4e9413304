/* The check of 07-linear-algebra/slice: the lesson's columns, each axis of three, and slices of one
 * tensor beside each other and overlapping. */
#include "../learn/check.h"
#include "ops/ops.h"

static Tensor *columns(Tensor *const *x) { return tensor_slice(x[0], 1, 1, 3); }
static void columns_run(Trial *trial) { check_tensors(trial, columns); }
static void columns_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 4; i++)
        y[i] = x[i / 2 * 3 + 1 + i % 2];
}
static void draw_worked(Random *random, double *x)
{
    (void)random;
    for (size_t i = 0; i < 6; i++)
        x[i] = (double)i + 1;
}

/* Of (3,5,4): each element whose index is in the part, in order. */
static void three_plain(const double *x, double *y, int axis, size_t begin, size_t end)
{
    for (size_t at = 0; at < 60; at++) {
        const size_t index[3] = {at / 20, at / 4 % 5, at % 4};
        if (index[axis] >= begin && index[axis] < end)
            *y++ = x[at];
    }
}

static Tensor *first(Tensor *const *x) { return tensor_slice(x[0], 0, 1, 3); }
static void first_run(Trial *trial) { check_tensors(trial, first); }
static void first_plain(const double *x, double *y) { three_plain(x, y, 0, 1, 3); }
static Tensor *middle(Tensor *const *x) { return tensor_slice(x[0], 1, 1, 4); }
static void middle_run(Trial *trial) { check_tensors(trial, middle); }
static void middle_plain(const double *x, double *y) { three_plain(x, y, 1, 1, 4); }
static Tensor *last(Tensor *const *x) { return tensor_slice(x[0], -1, 2, 3); }
static void last_run(Trial *trial) { check_tensors(trial, last); }
static void last_plain(const double *x, double *y) { three_plain(x, y, 2, 2, 3); }

/* Rows 0 to 2 times rows 2 to 4: row 2 is in both. */
static Tensor *overlap(Tensor *const *x)
{
    return tensor_mul(tensor_slice(x[0], 0, 0, 3), tensor_slice(x[0], 0, 2, 5));
}
static void overlap_run(Trial *trial) { check_tensors(trial, overlap); }
static void overlap_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 9; i++)
        y[i] = x[i] * x[i + 6];
}

const Case check_cases[] = {
    {.name = "columns 1 and 2 of [[1,2,3],[4,5,6]]",
     .x = "x[2][3]",
     .y = "y[2][2]",
     .run = columns_run,
     .plain = columns_plain,
     .draw = draw_worked},
    {.name = "(3,5,4) axis 0 [1,3)",
     .x = "x[3][5][4]",
     .y = "y[2][5][4]",
     .run = first_run,
     .plain = first_plain},
    {.name = "(3,5,4) axis 1 [1,4)",
     .x = "x[3][5][4]",
     .y = "y[3][3][4]",
     .run = middle_run,
     .plain = middle_plain},
    {.name = "(3,5,4) axis -1 [2,3)",
     .x = "x[3][5][4]",
     .y = "y[3][5][1]",
     .run = last_run,
     .plain = last_plain},
    {.name = "rows 0 to 2 times rows 2 to 4",
     .x = "x[5][3]",
     .y = "y[3][3]",
     .run = overlap_run,
     .plain = overlap_plain},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
