/* The check of 05-tensor/scale: one number, an array, and a diamond of two. */
#include "../learn/check.h"
#include "ops/ops.h"

static Tensor *thrice(Tensor *const *x) { return tensor_scale(x[0], 3); }
static void thrice_run(Trial *trial) { check_tensors(trial, thrice); }
static void thrice_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 2; i++)
        y[i] = x[i] + x[i] + x[i];
}
static void draw_worked(Random *random, double *x)
{
    (void)random;
    x[0] = 1;
    x[1] = -2;
}

static Tensor *array(Tensor *const *x) { return tensor_scale(x[0], (real)-0.75); }
static void array_run(Trial *trial) { check_tensors(trial, array); }
static void array_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 15; i++)
        y[i] = x[i] / 4 - x[i];
}

static Tensor *diamond(Tensor *const *x)
{
    Tensor *twice = tensor_scale(x[0], 2), *more = tensor_scale(x[0], 3);
    return tensor_add(twice, more);
}
static void diamond_run(Trial *trial) { check_tensors(trial, diamond); }
static void diamond_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 3; i++)
        y[i] = 5 * x[i];
}

const Case check_cases[] = {
    {.name = "3 times (1, -2)",
     .x = "x[2]",
     .y = "y[2]",
     .run = thrice_run,
     .plain = thrice_plain,
     .draw = draw_worked},
    {.name = "-0.75 times (3,5)",
     .x = "x[3][5]",
     .y = "y[3][5]",
     .run = array_run,
     .plain = array_plain},
    {.name = "2x + 3x",
     .x = "x[3]",
     .y = "y[3]",
     .run = diamond_run,
     .plain = diamond_plain},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
