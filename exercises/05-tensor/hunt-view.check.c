/* The check of 05-tensor/hunt-view: the transpose of a small matrix, of several, and beside
 * itself. */
#include "../learn/check.h"
#include "ops/ops.h"

static Tensor *transpose(Tensor *const *x) { return tensor_transpose(x[0]); }
static void transpose_run(Trial *trial) { check_tensors(trial, transpose); }
static void small_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 6; i++)
        y[i] = x[i % 2 * 3 + i / 2];
}
static void draw_worked(Random *random, double *x)
{
    (void)random;
    for (size_t i = 0; i < 6; i++)
        x[i] = (double)i + 1;
}

/* (2,3,5) to (2,5,3) */
static void three_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 30; i++)
        y[i] = x[i / 15 * 15 + i % 3 * 5 + i % 15 / 3];
}

/* A square matrix, times its own transpose element by element. */
static Tensor *beside(Tensor *const *x) { return tensor_mul(x[0], tensor_transpose(x[0])); }
static void beside_run(Trial *trial) { check_tensors(trial, beside); }
static void beside_plain(const double *x, double *y)
{
    for (size_t r = 0; r < 3; r++)
        for (size_t c = 0; c < 3; c++)
            y[r * 3 + c] = x[r * 3 + c] * x[c * 3 + r];
}

const Case check_cases[] = {
    {.name = "[[1,2,3],[4,5,6]]",
     .x = "x[2][3]",
     .y = "y[3][2]",
     .run = transpose_run,
     .plain = small_plain,
     .draw = draw_worked},
    {.name = "two matrices, (2,3,5)",
     .x = "x[2][3][5]",
     .y = "y[2][5][3]",
     .run = transpose_run,
     .plain = three_plain},
    {.name = "(3,3) times its transpose, element by element",
     .x = "x[3][3]",
     .y = "y[3][3]",
     .run = beside_run,
     .plain = beside_plain},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
