/* The check of 05-tensor/hunt-diamond: products, of two tensors, of one with itself, and
 * stretched. */
#include "../learn/check.h"
#include "ops/ops.h"

static Tensor *product(Tensor *const *x) { return tensor_mul(x[0], x[1]); }
static void product_run(Trial *trial) { check_tensors(trial, product); }
static void product_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 6; i++)
        y[i] = x[i] * x[6 + i];
}

static Tensor *square(Tensor *const *x) { return tensor_mul(x[0], x[0]); }
static void square_run(Trial *trial) { check_tensors(trial, square); }
static void square_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 5; i++)
        y[i] = x[i] * x[i];
}

static Tensor *fourth(Tensor *const *x)
{
    Tensor *y = tensor_mul(x[0], x[0]);
    return tensor_mul(y, y);
}
static void fourth_run(Trial *trial) { check_tensors(trial, fourth); }
static void fourth_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 3; i++)
        y[i] = x[i] * x[i] * x[i] * x[i];
}

/* (2,3) times (3): the second is stretched. */
static void stretched_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 6; i++)
        y[i] = x[i] * x[6 + i % 3];
}

const Case check_cases[] = {
    {.name = "a b",
     .x = "a[2][3] b[2][3]",
     .y = "y[2][3]",
     .run = product_run,
     .plain = product_plain},
    {.name = "x x",
     .x = "x[5]",
     .y = "y[5]",
     .run = square_run,
     .plain = square_plain},
    {.name = "y y with y = x x",
     .x = "x[3]",
     .y = "y[3]",
     .run = fourth_run,
     .plain = fourth_plain},
    {.name = "(2,3) times (3)",
     .x = "a[2][3] b[3]",
     .y = "y[2][3]",
     .run = product_run,
     .plain = stretched_plain},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
