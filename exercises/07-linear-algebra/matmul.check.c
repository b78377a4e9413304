/* The check of 07-linear-algebra/matmul: the lesson's matrices, then sizes that differ, a matrix
 * times itself, a batch with one weight, a batch with its own. */
#include "../learn/check.h"
#include "ops/ops.h"

static Tensor *product(Tensor *const *x) { return tensor_matmul(x[0], x[1]); }
static void product_run(Trial *trial) { check_tensors(trial, product); }

static void draw_worked(Random *random, double *x)
{
    (void)random;
    static const double worked[8] = {1, 2, 3, 4, 1, 0, 0, 1};
    for (size_t i = 0; i < 8; i++)
        x[i] = worked[i];
}

/* One element, from the last product to the first. */
static double element(const double *a, const double *b, size_t inner, size_t columns)
{
    double sum = 0;
    for (size_t k = inner; k-- > 0;)
        sum += a[k] * b[k * columns];
    return sum;
}

static void worked_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 4; i++)
        y[i] = element(x + i / 2 * 2, x + 4 + i % 2, 2, 2);
}

static void two_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 21; i++)
        y[i] = element(x + i / 7 * 5, x + 15 + i % 7, 5, 7);
}

static Tensor *square(Tensor *const *x) { return tensor_matmul(x[0], x[0]); }
static void square_run(Trial *trial) { check_tensors(trial, square); }
static void square_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 9; i++)
        y[i] = element(x + i / 3 * 3, x + i % 3, 3, 3);
}

/* (2,3,5) by (5,7): the rows of the batch are six. */
static void shared_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 42; i++)
        y[i] = element(x + i / 7 * 5, x + 30 + i % 7, 5, 7);
}

/* (2,3,5) by (2,5,2) */
static void own_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 12; i++)
        y[i] = element(x + i / 2 * 5, x + 30 + i / 6 * 10 + i % 2, 5, 2);
}

const Case check_cases[] = {
    {.name = "[[1,2],[3,4]] by I",
     .x = "x[2][2] w[2][2]",
     .y = "y[2][2]",
     .run = product_run,
     .plain = worked_plain,
     .draw = draw_worked},
    {.name = "(3,5) by (5,7)",
     .x = "a[3][5] b[5][7]",
     .y = "c[3][7]",
     .run = product_run,
     .plain = two_plain},
    {.name = "(3,3) by itself",
     .x = "a[3][3]",
     .y = "c[3][3]",
     .run = square_run,
     .plain = square_plain},
    {.name = "(2,3,5) by one (5,7)",
     .x = "a[2][3][5] b[5][7]",
     .y = "c[2][3][7]",
     .run = product_run,
     .plain = shared_plain},
    {.name = "(2,3,5) by (2,5,2), each its own",
     .x = "a[2][3][5] b[2][5][2]",
     .y = "c[2][3][2]",
     .run = product_run,
     .plain = own_plain},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
