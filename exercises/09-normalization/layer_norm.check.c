/* The check of 09-normalization/layer_norm and hunt-norm: the worked row, several rows, a row of
 * equal elements, a gain of 0, one tensor in all three places, constants in each, rows far from 0,
 * of one element and wide, two results on one tape, and how many nodes it is. */
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
static void wide_plain(const double *x, double *y)
{
    plain_rows(x, x + 71, x + 142, y, 1, 71, 0.3);
}
static void ones_plain(const double *x, double *y) { plain_rows(x, x + 3, x + 4, y, 3, 1, 0.3); }
static void far_plain(const double *x, double *y) { plain_rows(x, x + 12, x + 16, y, 3, 4, 0.3); }
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

/* Multiples of 2^-20 in rows of four: their mean is exact in whatever order it is summed, and their
 * squares are not. */
static void draw_far(Random *random, double *x)
{
    for (size_t i = 0; i < 20; i++)
        x[i] = (i < 12 ? 1e6 : 0) + round(0x1p20 * random_normal(random)) / 0x1p20;
}

static void draw_zero_gain(Random *random, double *x)
{
    for (size_t i = 0; i < 25; i++)
        x[i] = i == 17 ? 0 : random_normal(random);
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

/* A norm of data, which wants no gradient, twice: once gain alone wants one, and once bias. */
static const real data[6] = {3, -1, (real)0.5, 2, 2, (real)-0.5}, fixed[3] = {1, 2, -1};
static Tensor *of_data(Tensor *const *x)
{
    Tensor *in = tensor_from(shape2(2, 3), data), *other = tensor_from(shape1(3), fixed);
    Tensor *first = tensor_layer_norm(in, x[0], other, (real)0.3);
    return tensor_add(first, tensor_layer_norm(in, other, x[1], (real)0.3));
}
static void of_data_run(Trial *trial) { check_tensors(trial, of_data); }
static void of_data_plain(const double *x, double *y)
{
    double in[6], other[3], second[6];
    for (size_t i = 0; i < 6; i++) {
        in[i] = (double)data[i];
        other[i % 3] = (double)fixed[i % 3];
    }
    plain_rows(in, x, other, y, 2, 3, 0.3);
    plain_rows(in, other, x + 3, second, 2, 3, 0.3);
    for (size_t i = 0; i < 6; i++)
        y[i] += second[i];
}

/* Two of two widths on one tape, multiplied as matrices: each needs what is its own. */
static Tensor *twice(Tensor *const *x)
{
    Tensor *first = tensor_layer_norm(x[0], x[1], x[2], (real)0.3);
    return tensor_matmul(first, tensor_layer_norm(x[3], x[4], x[5], 1));
}
static void twice_run(Trial *trial) { check_tensors(trial, twice); }
static void twice_plain(const double *x, double *y)
{
    double a[15], b[10];
    plain_rows(x, x + 15, x + 20, a, 3, 5, 0.3);
    plain_rows(x + 25, x + 35, x + 37, b, 5, 2, 1);
    for (size_t i = 0; i < 6; i++) {
        y[i] = 0;
        for (size_t j = 0; j < 5; j++)
            y[i] += a[i / 2 * 5 + j] * b[j * 2 + i % 2];
    }
}

/* The result is a node of its own, made by no other operation. */
static void node_run(Trial *trial)
{
    TapeMark mark = tape_mark();
    Tensor *x[3];
    const double *from = trial->x;
    for (size_t k = 0; k < 3; k++) {
        x[k] = tensor_new(k == 0 ? shape2(2, 3) : shape1(3));
        for (size_t i = 0; i < x[k]->size; i++)
            x[k]->data[i] = (real)*from++;
        tensor_want_grad(x[k]);
    }
    size_t before = tape_length();
    tensor_layer_norm(x[0], x[1], x[2], (real)0.3);
    trial->y[0] = (double)(tape_length() - before);
    tape_release(mark);
}
static void node_plain(const double *x, double *y)
{
    (void)x;
    y[0] = 1;
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
    {.name = "a gain of which one element is 0",
     .x = "x[3][5] gain[5] bias[5]",
     .y = "y[3][5]",
     .run = usual_run,
     .plain = table_plain,
     .draw = draw_zero_gain},
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
    {.name = "x fixed; gain wanted, then bias",
     .x = "gain[3] bias[3]",
     .y = "y[2][3]",
     .run = of_data_run,
     .plain = of_data_plain},
    {.name = "rows near a million",
     .x = "x[3][4] gain[4] bias[4]",
     .y = "y[3][4]",
     .run = usual_run,
     .plain = far_plain,
     .draw = draw_far,
     .forward_tolerance = 1e-6,
     .forward_only = true},
    {.name = "rows of one element, (3,1)",
     .x = "x[3][1] gain[1] bias[1]",
     .y = "y[3][1]",
     .run = usual_run,
     .plain = ones_plain},
    {.name = "a wide row, (71)",
     .x = "x[71] gain[71] bias[71]",
     .y = "y[71]",
     .run = usual_run,
     .plain = wide_plain},
    {.name = "two widths and epsilons on one tape: (3,5) @ (5,2)",
     .x = "x[3][5] gain[5] bias[5] w[5][2] wgain[2] wbias[2]",
     .y = "y[3][2]",
     .run = twice_run,
     .plain = twice_plain},
    {.name = "nodes on the tape",
     .x = "x[2][3] gain[3] bias[3]",
     .y = "nodes",
     .run = node_run,
     .plain = node_plain,
     .forward_only = true},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
