/* The check of 09-normalization/rms_norm: the worked row, several rows, one of zeros, a gain of 0,
 * x as its own gain, constants in both places, rows of one element and a wide one, two results on
 * one tape, and how many nodes it is. */
#include "../learn/check.h"
#include "ops/ops.h"

static Tensor *without(Tensor *const *x) { return tensor_rms_norm(x[0], x[1], 0); }
static void without_run(Trial *trial) { check_tensors(trial, without); }
static Tensor *usual(Tensor *const *x) { return tensor_rms_norm(x[0], x[1], (real)0.3); }
static void usual_run(Trial *trial) { check_tensors(trial, usual); }

/* By the length of the row: sqrt(C) x / sqrt(sum x^2 + C epsilon). */
static void plain_rows(const double *x, const double *gain, double *y, size_t rows, size_t width,
                       double epsilon)
{
    for (size_t row = 0; row < rows; row++, x += width, y += width) {
        double square = (double)width * epsilon;
        for (size_t i = 0; i < width; i++)
            square += x[i] * x[i];
        for (size_t i = 0; i < width; i++)
            y[i] = sqrt((double)width / square) * x[i] * gain[i];
    }
}

static void worked_plain(const double *x, double *y) { plain_rows(x, x + 2, y, 1, 2, 0); }
static void table_plain(const double *x, double *y) { plain_rows(x, x + 15, y, 3, 5, 0.3); }
static void more_plain(const double *x, double *y) { plain_rows(x, x + 42, y, 6, 7, 0.3); }
static void wide_plain(const double *x, double *y) { plain_rows(x, x + 71, y, 1, 71, 0.3); }
static void ones_plain(const double *x, double *y) { plain_rows(x, x + 3, y, 3, 1, 0.3); }
static void same_plain(const double *x, double *y) { plain_rows(x, x, y, 1, 5, 0.3); }

static void draw_worked(Random *random, double *x)
{
    (void)random;
    static const double worked[4] = {1, 7, 1, 1};
    for (size_t i = 0; i < 4; i++)
        x[i] = worked[i];
}

/* Row 1 is of zeros: with an epsilon it has a factor, and a slope. */
static void draw_zeros(Random *random, double *x)
{
    for (size_t i = 0; i < 20; i++)
        x[i] = i / 5 == 1 ? 0 : random_normal(random);
}

static void draw_zero_gain(Random *random, double *x)
{
    for (size_t i = 0; i < 20; i++)
        x[i] = i == 17 ? 0 : random_normal(random);
}

static Tensor *same(Tensor *const *x) { return tensor_rms_norm(x[0], x[0], (real)0.3); }
static void same_run(Trial *trial) { check_tensors(trial, same); }

/* x and its norm added, as in a residual; the gain is a constant. */
static Tensor *residual(Tensor *const *x)
{
    static const real gain[3] = {2, -1, (real)0.5};
    return tensor_add(x[0], tensor_rms_norm(x[0], tensor_from(shape1(3), gain), (real)0.3));
}
static void residual_run(Trial *trial) { check_tensors(trial, residual); }
static void residual_plain(const double *x, double *y)
{
    static const double gain[3] = {2, -1, 0.5};
    plain_rows(x, gain, y, 2, 3, 0.3);
    for (size_t i = 0; i < 6; i++)
        y[i] += x[i];
}

/* A norm of data, which wants no gradient. */
static const real data[6] = {3, -1, (real)0.5, 2, 2, (real)-0.5};
static Tensor *of_data(Tensor *const *x)
{
    return tensor_rms_norm(tensor_from(shape2(2, 3), data), x[0], (real)0.3);
}
static void of_data_run(Trial *trial) { check_tensors(trial, of_data); }
static void of_data_plain(const double *x, double *y)
{
    double in[6];
    for (size_t i = 0; i < 6; i++)
        in[i] = (double)data[i];
    plain_rows(in, x, y, 2, 3, 0.3);
}

/* Two of two widths on one tape, multiplied as matrices: each needs what is its own. */
static Tensor *twice(Tensor *const *x)
{
    Tensor *first = tensor_rms_norm(x[0], x[1], (real)0.3);
    return tensor_matmul(first, tensor_rms_norm(x[2], x[3], 1));
}
static void twice_run(Trial *trial) { check_tensors(trial, twice); }
static void twice_plain(const double *x, double *y)
{
    double a[15], b[10];
    plain_rows(x, x + 15, a, 3, 5, 0.3);
    plain_rows(x + 20, x + 30, b, 5, 2, 1);
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
    Tensor *x[2];
    const double *from = trial->x;
    for (size_t k = 0; k < 2; k++) {
        x[k] = tensor_new(k == 0 ? shape2(2, 3) : shape1(3));
        for (size_t i = 0; i < x[k]->size; i++)
            x[k]->data[i] = (real)*from++;
        tensor_want_grad(x[k]);
    }
    size_t before = tape_length();
    tensor_rms_norm(x[0], x[1], (real)0.3);
    trial->y[0] = (double)(tape_length() - before);
    tape_release(mark);
}
static void node_plain(const double *x, double *y)
{
    (void)x;
    y[0] = 1;
}

const Case check_cases[] = {
    {.name = "[1,7], epsilon 0",
     .x = "x[2] gain[2]",
     .y = "y[2]",
     .run = without_run,
     .plain = worked_plain,
     .draw = draw_worked},
    {.name = "rows of (3,5), epsilon 0.3",
     .x = "x[3][5] gain[5]",
     .y = "y[3][5]",
     .run = usual_run,
     .plain = table_plain},
    {.name = "rows of (2,3,7)",
     .x = "x[2][3][7] gain[7]",
     .y = "y[2][3][7]",
     .run = usual_run,
     .plain = more_plain},
    {.name = "(3,5) with a row of zeros, epsilon 0.3",
     .x = "x[3][5] gain[5]",
     .y = "y[3][5]",
     .run = usual_run,
     .plain = table_plain,
     .draw = draw_zeros},
    {.name = "a gain of which one element is 0",
     .x = "x[3][5] gain[5]",
     .y = "y[3][5]",
     .run = usual_run,
     .plain = table_plain,
     .draw = draw_zero_gain},
    {.name = "x as its own gain", .x = "x[5]", .y = "y[5]", .run = same_run, .plain = same_plain},
    {.name = "x + RMS norm of x, the gain fixed",
     .x = "x[2][3]",
     .y = "y[2][3]",
     .run = residual_run,
     .plain = residual_plain},
    {.name = "x fixed, the gain wanted",
     .x = "gain[3]",
     .y = "y[2][3]",
     .run = of_data_run,
     .plain = of_data_plain},
    {.name = "rows of one element, (3,1)",
     .x = "x[3][1] gain[1]",
     .y = "y[3][1]",
     .run = usual_run,
     .plain = ones_plain},
    {.name = "a wide row, (71)",
     .x = "x[71] gain[71]",
     .y = "y[71]",
     .run = usual_run,
     .plain = wide_plain},
    {.name = "two widths and epsilons on one tape: (3,5) @ (5,2)",
     .x = "x[3][5] gain[5] w[5][2] wgain[2]",
     .y = "y[3][2]",
     .run = twice_run,
     .plain = twice_plain},
    {.name = "nodes on the tape",
     .x = "x[2][3] gain[3]",
     .y = "nodes",
     .run = node_run,
     .plain = node_plain,
     .forward_only = true},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
