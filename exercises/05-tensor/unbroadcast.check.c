/* The check of 05-tensor/unbroadcast: products of arrays that stretch, in every way. The
 * products' own backward is the library's; it hands the gradient of the stretched shape to
 * broadcast_grad. */
#include "../learn/check.h"
#include "ops/ops.h"

static Tensor *product(Tensor *const *x) { return tensor_mul(x[0], x[1]); }
static void product_run(Trial *trial) { check_tensors(trial, product); }
static Tensor *sum(Tensor *const *x) { return tensor_add(x[0], x[1]); }
static void sum_run(Trial *trial) { check_tensors(trial, sum); }

/* (2,2) + (2) */
static void rows_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 4; i++)
        y[i] = x[i] + x[4 + i % 2];
}

/* (2,1) (3) */
static void outer_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 6; i++)
        y[i] = x[i / 3] * x[2 + i % 3];
}

/* (3,5) (5) */
static void bias_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 15; i++)
        y[i] = x[i] * x[15 + i % 5];
}

/* (3,1) (3,5) */
static void column_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 15; i++)
        y[i] = x[i / 5] * x[3 + i];
}

/* (2,1,5) (3,1) */
static void both_plain(const double *x, double *y)
{
    for (size_t a = 0; a < 2; a++)
        for (size_t b = 0; b < 3; b++)
            for (size_t c = 0; c < 5; c++)
                y[(a * 3 + b) * 5 + c] = x[a * 5 + c] * x[10 + b];
}

/* a scalar and (2,3) */
static void scalar_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 6; i++)
        y[i] = x[0] * x[1 + i];
}

/* b (3) is used twice: (2,3) + b, and the result times b. */
static Tensor *twice(Tensor *const *x) { return tensor_mul(tensor_add(x[0], x[1]), x[1]); }
static void twice_run(Trial *trial) { check_tensors(trial, twice); }
static void twice_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 6; i++)
        y[i] = (x[i] + x[6 + i % 3]) * x[6 + i % 3];
}

static void draw_worked(Random *random, double *x)
{
    (void)random;
    static const double worked[6] = {1, 2, 3, 4, 10, 20};
    for (size_t i = 0; i < 6; i++)
        x[i] = worked[i];
}

static void draw_outer(Random *random, double *x)
{
    (void)random;
    static const double worked[5] = {2, 1, 1, 2, 3};
    for (size_t i = 0; i < 5; i++)
        x[i] = worked[i];
}

const Case check_cases[] = {
    {.name = "[[1,2],[3,4]] + [10,20]",
     .x = "A[2][2] b[2]",
     .y = "y[2][2]",
     .run = sum_run,
     .plain = rows_plain,
     .draw = draw_worked},
    {.name = "[[2],[1]] times [1,2,3]",
     .x = "w[2][1] x[3]",
     .y = "y[2][3]",
     .run = product_run,
     .plain = outer_plain,
     .draw = draw_outer},
    {.name = "(3,5) times (5)",
     .x = "a[3][5] b[5]",
     .y = "y[3][5]",
     .run = product_run,
     .plain = bias_plain},
    {.name = "(3,1) times (3,5)",
     .x = "a[3][1] b[3][5]",
     .y = "y[3][5]",
     .run = product_run,
     .plain = column_plain},
    {.name = "(2,1,5) times (3,1)",
     .x = "a[2][1][5] b[3][1]",
     .y = "y[2][3][5]",
     .run = product_run,
     .plain = both_plain},
    {.name = "() times (2,3)",
     .x = "a b[2][3]",
     .y = "y[2][3]",
     .run = product_run,
     .plain = scalar_plain},
    {.name = "(a + b) b, b stretched twice",
     .x = "a[2][3] b[3]",
     .y = "y[2][3]",
     .run = twice_run,
     .plain = twice_plain},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
