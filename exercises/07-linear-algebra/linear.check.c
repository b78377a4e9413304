/* The check of 07-linear-algebra/linear: the lesson's numbers, sizes that differ, leading axes, no
 * bias, and a matrix that is its own weight. */
#include "../learn/check.h"
#include "ops/ops.h"

static Tensor *layer(Tensor *const *x) { return tensor_linear(x[0], x[1], x[2]); }
static void layer_run(Trial *trial) { check_tensors(trial, layer); }
static Tensor *unbiased(Tensor *const *x) { return tensor_linear(x[0], x[1], NULL); }
static void unbiased_run(Trial *trial) { check_tensors(trial, unbiased); }
static Tensor *own_weight(Tensor *const *x) { return tensor_linear(x[0], x[0], x[1]); }
static void own_weight_run(Trial *trial) { check_tensors(trial, own_weight); }

static void draw_worked(Random *random, double *x)
{
    (void)random;
    static const double worked[10] = {1, 2, 3, 4, 0, 1, 1, 0, 10, 20};
    for (size_t i = 0; i < 10; i++)
        x[i] = worked[i];
}

/* rows of `in` numbers to `width`; bias may be NULL. From the last product to the first. */
static void rows_plain(const double *x, const double *w, const double *bias, size_t rows, size_t in,
                       size_t width, double *y)
{
    for (size_t at = 0; at < rows * width; at++) {
        y[at] = 0;
        for (size_t i = in; i-- > 0;)
            y[at] += x[at / width * in + i] * w[i * width + at % width];
        y[at] += bias == NULL ? 0 : bias[at % width];
    }
}

static void worked_plain(const double *x, double *y) { rows_plain(x, x + 4, x + 8, 2, 2, 2, y); }
static void two_plain(const double *x, double *y) { rows_plain(x, x + 15, x + 50, 3, 5, 7, y); }
static void three_plain(const double *x, double *y) { rows_plain(x, x + 30, x + 40, 6, 5, 2, y); }
static void unbiased_plain(const double *x, double *y) { rows_plain(x, x + 6, NULL, 3, 2, 5, y); }
static void own_plain(const double *x, double *y) { rows_plain(x, x, x + 9, 3, 3, 3, y); }

const Case check_cases[] = {
    {.name = "columns swapped, + (10,20)",
     .x = "x[2][2] w[2][2] b[2]",
     .y = "y[2][2]",
     .run = layer_run,
     .plain = worked_plain,
     .draw = draw_worked},
    {.name = "(3,5) to 7",
     .x = "x[3][5] w[5][7] b[7]",
     .y = "y[3][7]",
     .run = layer_run,
     .plain = two_plain},
    {.name = "(2,3,5) to 2",
     .x = "x[2][3][5] w[5][2] b[2]",
     .y = "y[2][3][2]",
     .run = layer_run,
     .plain = three_plain},
    {.name = "(3,2) to 5, no bias",
     .x = "x[3][2] w[2][5]",
     .y = "y[3][5]",
     .run = unbiased_run,
     .plain = unbiased_plain},
    {.name = "(3,3) its own weight",
     .x = "x[3][3] b[3]",
     .y = "y[3][3]",
     .run = own_weight_run,
     .plain = own_plain},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
