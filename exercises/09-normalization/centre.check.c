/* The check of 09-normalization/centre: one row, several, and centred twice beside itself. */
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
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
