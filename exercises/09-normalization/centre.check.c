/* The check of 09-normalization/centre: one row, several, wide ones, rows of one element, two
 * results on one tape, and how many nodes it is. */
#include "../learn/check.h"
#include "../09-normalization/centre.h"
#include "ops/ops.h"

static Tensor *centred(Tensor *const *x) { return tensor_centre(x[0]); }
static void centred_run(Trial *trial) { check_tensors(trial, centred); }

/* Without a mean: x_i - mean is (1/C) sum_j (x_i - x_j). */
static void plain_rows(const double *x, double *y, size_t rows, size_t width)
{
    for (size_t i = 0; i < rows * width; i++) {
        y[i] = 0;
        for (size_t j = i / width * width; j < (i / width + 1) * width; j++)
            y[i] += (x[i] - x[j]) / (double)width;
    }
}
static void four_plain(const double *x, double *y) { plain_rows(x, y, 1, 4); }
static void table_plain(const double *x, double *y) { plain_rows(x, y, 3, 5); }
static void more_plain(const double *x, double *y) { plain_rows(x, y, 6, 7); }
static void wide_plain(const double *x, double *y) { plain_rows(x, y, 2, 71); }
static void ones_plain(const double *x, double *y) { plain_rows(x, y, 3, 1); }

static void draw_worked(Random *random, double *x)
{
    (void)random;
    for (size_t i = 0; i < 4; i++)
        x[i] = 2 * (double)i + 1;
}

/* x times its centred self. */
static Tensor *beside(Tensor *const *x) { return tensor_mul(tensor_centre(x[0]), x[0]); }
static void beside_run(Trial *trial) { check_tensors(trial, beside); }
static void beside_plain(const double *x, double *y)
{
    plain_rows(x, y, 2, 3);
    for (size_t i = 0; i < 6; i++)
        y[i] *= x[i];
}

/* Two of two widths on one tape, multiplied as matrices: each needs what is its own. */
static Tensor *twice(Tensor *const *x)
{
    Tensor *first = tensor_centre(x[0]);
    return tensor_matmul(first, tensor_centre(x[1]));
}
static void twice_run(Trial *trial) { check_tensors(trial, twice); }
static void twice_plain(const double *x, double *y)
{
    double a[15], b[15];
    plain_rows(x, a, 3, 5);
    plain_rows(x + 15, b, 5, 3);
    for (size_t i = 0; i < 9; i++) {
        y[i] = 0;
        for (size_t j = 0; j < 5; j++)
            y[i] += a[i / 3 * 5 + j] * b[j * 3 + i % 3];
    }
}

/* The result is a node of its own, made by no other operation. */
static void node_run(Trial *trial)
{
    TapeMark mark = tape_mark();
    Tensor *x = tensor_new(shape2(2, 3));
    for (size_t i = 0; i < 6; i++)
        x->data[i] = (real)trial->x[i];
    tensor_want_grad(x);
    size_t before = tape_length();
    tensor_centre(x);
    trial->y[0] = (double)(tape_length() - before);
    tape_release(mark);
}
static void node_plain(const double *x, double *y)
{
    (void)x;
    y[0] = 1;
}

const Case check_cases[] = {
    {.name = "[1,3,5,7]",
     .x = "x[4]",
     .y = "y[4]",
     .run = centred_run,
     .plain = four_plain,
     .draw = draw_worked},
    {.name = "rows of (3,5)",
     .x = "x[3][5]",
     .y = "y[3][5]",
     .run = centred_run,
     .plain = table_plain},
    {.name = "rows of (2,3,7)",
     .x = "x[2][3][7]",
     .y = "y[2][3][7]",
     .run = centred_run,
     .plain = more_plain},
    {.name = "(2,3) centred, times itself",
     .x = "x[2][3]",
     .y = "y[2][3]",
     .run = beside_run,
     .plain = beside_plain},
    {.name = "rows of one element, (3,1)",
     .x = "x[3][1]",
     .y = "y[3][1]",
     .run = centred_run,
     .plain = ones_plain},
    {.name = "wide rows, (2,71)",
     .x = "x[2][71]",
     .y = "y[2][71]",
     .run = centred_run,
     .plain = wide_plain},
    {.name = "two widths on one tape: (3,5) @ (5,3)",
     .x = "x[3][5] w[5][3]",
     .y = "y[3][3]",
     .run = twice_run,
     .plain = twice_plain},
    {.name = "nodes on the tape",
     .x = "x[2][3]",
     .y = "nodes",
     .run = node_run,
     .plain = node_plain,
     .forward_only = true},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
