/* The check of 09-normalization/layer_norm: the worked row, several rows, a row of equal elements,
 * one tensor in all three places, frozen operands, and a row far from 0. */
#include "../learn/check.h"
#include "ops/ops.h"

static Tensor *with_four(Tensor *const *x) { return tensor_layer_norm(x[0], x[1], x[2], 4); }
static void with_four_run(Trial *trial) { check_tensors(trial, with_four); }
static Tensor *usual(Tensor *const *x) { return tensor_layer_norm(x[0], x[1], x[2], (real)0.3); }
static void usual_run(Trial *trial) { check_tensors(trial, usual); }

/* Rows by differences of pairs: no mean is ever taken. */
static void plain_rows(const double *x, const double *gain, const double *bias, double *y,
                       size_t rows, size_t width, double epsilon)
{
    for (size_t row = 0; row < rows; row++, x += width, y += width) {
        double squares = 0, n = (double)width;
        for (size_t j = 0; j < width; j++)
            for (size_t k = 0; k < j; k++)
                squares += (x[j] - x[k]) * (x[j] - x[k]);
        for (size_t i = 0; i < width; i++) {
            y[i] = 0;
            for (size_t j = 0; j < width; j++)
                y[i] += (x[i] - x[j]) / n;
            y[i] = gain[i] * y[i] / sqrt(squares / (n * n) + epsilon) + bias[i];
        }
    }
}

static void worked_plain(const double *x, double *y) { plain_rows(x, x + 4, x + 8, y, 1, 4, 4); }
static void table_plain(const double *x, double *y) { plain_rows(x, x + 15, x + 20, y, 3, 5, 0.3); }
static void more_plain(const double *x, double *y) { plain_rows(x, x + 42, x + 49, y, 6, 7, 0.3); }
static void same_plain(const double *x, double *y) { plain_rows(x, x, x, y, 1, 5, 0.3); }

static void draw_worked(Random *random, double *x)
{
    (void)random;
    for (size_t i = 0; i < 4; i++) {
        x[i] = 2 * (double)i + 1;
        x[4 + i] = 1;
        x[8 + i] = 0;
    }
}

static void draw_equal(Random *random, double *x)
{
    for (size_t i = 0; i < 25; i++)
        x[i] = i < 5 ? 1.5 : random_normal(random);
}

static void draw_far(Random *random, double *x)
{
    for (size_t i = 0; i < 25; i++)
        x[i] = random_normal(random) + (i < 15 ? 1e6 : 0);
}

static Tensor *same(Tensor *const *x) { return tensor_layer_norm(x[0], x[0], x[0], (real)0.3); }
static void same_run(Trial *trial) { check_tensors(trial, same); }

/* x and its norm added, as in a residual; gain and bias are constants. */
static Tensor *residual(Tensor *const *x)
{
    static const real gain[3] = {2, -1, (real)0.5}, bias[3] = {1, 2, 3};
    return tensor_add(x[0], tensor_layer_norm(x[0], tensor_from(shape1(3), gain),
                                              tensor_from(shape1(3), bias), (real)0.3));
}
static void residual_run(Trial *trial) { check_tensors(trial, residual); }
static void residual_plain(const double *x, double *y)
{
    static const double gain[3] = {2, -1, 0.5}, bias[3] = {1, 2, 3};
    plain_rows(x, gain, bias, y, 2, 3, 0.3);
    for (size_t i = 0; i < 6; i++)
        y[i] += x[i];
}

const Case check_cases[] = {
    {.name = "[1,3,5,7], epsilon 4",
     .x = "x[4] gain[4] bias[4]",
     .y = "y[4]",
     .run = with_four_run,
     .plain = worked_plain,
     .draw = draw_worked},
    {.name = "rows of (3,5), epsilon 0.3",
     .x = "x[3][5] gain[5] bias[5]",
     .y = "y[3][5]",
     .run = usual_run,
     .plain = table_plain},
    {.name = "rows of (2,3,7)",
     .x = "x[2][3][7] gain[7] bias[7]",
     .y = "y[2][3][7]",
     .run = usual_run,
     .plain = more_plain},
    {.name = "a row of equal elements",
     .x = "x[3][5] gain[5] bias[5]",
     .y = "y[3][5]",
     .run = usual_run,
     .plain = table_plain,
     .draw = draw_equal},
    {.name = "x as its own gain and bias",
     .x = "x[5]",
     .y = "y[5]",
     .run = same_run,
     .plain = same_plain},
    {.name = "x + layer norm of x, gain and bias fixed",
     .x = "x[2][3]",
     .y = "y[2][3]",
     .run = residual_run,
     .plain = residual_plain},
    {.name = "rows near a million",
     .x = "x[3][5] gain[5] bias[5]",
     .y = "y[3][5]",
     .run = usual_run,
     .plain = table_plain,
     .draw = draw_far,
     .forward_tolerance = 1e-6,
     .forward_only = true},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
