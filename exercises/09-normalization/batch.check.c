/* The check of 09-normalization/batch: the worked row as a column, tables both ways, a batch of
 * one, a column of equal elements, columns far from 0, long ones and many, two results on one tape,
 * a residual, and how many nodes it is. */
#include "../learn/check.h"
#include "../09-normalization/batch.h"
#include "ops/ops.h"

static Tensor *with_four(Tensor *const *x) { return tensor_batch_norm(x[0], 4); }
static void with_four_run(Trial *trial) { check_tensors(trial, with_four); }
static Tensor *usual(Tensor *const *x) { return tensor_batch_norm(x[0], (real)0.3); }
static void usual_run(Trial *trial) { check_tensors(trial, usual); }

/* Columns by differences of pairs: no mean is ever taken. */
static void plain_columns(const double *x, double *y, size_t rows, size_t width, double epsilon)
{
    double n = (double)rows;
    for (size_t c = 0; c < width; c++) {
        double squares = 0;
        for (size_t j = 0; j < rows; j++)
            for (size_t k = 0; k < j; k++)
                squares += pow(x[j * width + c] - x[k * width + c], 2);
        for (size_t i = 0; i < rows; i++) {
            double above = 0;
            for (size_t j = 0; j < rows; j++)
                above += (x[i * width + c] - x[j * width + c]) / n;
            y[i * width + c] = above / sqrt(squares / (n * n) + epsilon);
        }
    }
}

static void worked_plain(const double *x, double *y) { plain_columns(x, y, 4, 1, 4); }
static void wide_plain(const double *x, double *y) { plain_columns(x, y, 3, 5, 0.3); }
static void high_plain(const double *x, double *y) { plain_columns(x, y, 7, 2, 0.3); }
static void far_plain(const double *x, double *y) { plain_columns(x, y, 4, 5, 0.3); }
static void alone_plain(const double *x, double *y) { plain_columns(x, y, 1, 5, 0.3); }
static void long_plain(const double *x, double *y) { plain_columns(x, y, 71, 2, 0.3); }
static void many_plain(const double *x, double *y) { plain_columns(x, y, 2, 71, 0.3); }

static void draw_worked(Random *random, double *x)
{
    (void)random;
    for (size_t i = 0; i < 4; i++)
        x[i] = 2 * (double)i + 1;
}

/* Column 1 holds one number. */
static void draw_equal(Random *random, double *x)
{
    for (size_t i = 0; i < 15; i++)
        x[i] = i % 5 == 1 ? 1.5 : random_normal(random);
}

/* Multiples of 2^-20 in columns of four: their mean is exact in whatever order it is summed, and
 * their squares are not. */
static void draw_far(Random *random, double *x)
{
    for (size_t i = 0; i < 20; i++)
        x[i] = 1e6 + round(0x1p20 * random_normal(random)) / 0x1p20;
}

static Tensor *residual(Tensor *const *x)
{
    return tensor_add(x[0], tensor_batch_norm(x[0], (real)0.3));
}
static void residual_run(Trial *trial) { check_tensors(trial, residual); }
static void residual_plain(const double *x, double *y)
{
    plain_columns(x, y, 3, 2, 0.3);
    for (size_t i = 0; i < 6; i++)
        y[i] += x[i];
}

/* Two of different shapes on one tape, multiplied as matrices: each needs what is its own. */
static Tensor *twice(Tensor *const *x)
{
    Tensor *first = tensor_batch_norm(x[0], (real)0.3);
    return tensor_matmul(first, tensor_batch_norm(x[1], 1));
}
static void twice_run(Trial *trial) { check_tensors(trial, twice); }
static void twice_plain(const double *x, double *y)
{
    double a[15], b[10];
    plain_columns(x, a, 3, 5, 0.3);
    plain_columns(x + 15, b, 5, 2, 1);
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
    Tensor *x = tensor_new(shape2(2, 3));
    for (size_t i = 0; i < 6; i++)
        x->data[i] = (real)trial->x[i];
    tensor_want_grad(x);
    size_t before = tape_length();
    tensor_batch_norm(x, (real)0.3);
    trial->y[0] = (double)(tape_length() - before);
    tape_release(mark);
}
static void node_plain(const double *x, double *y)
{
    (void)x;
    y[0] = 1;
}

const Case check_cases[] = {
    {.name = "[1,3,5,7] as a column, epsilon 4",
     .x = "x[4][1]",
     .y = "y[4][1]",
     .run = with_four_run,
     .plain = worked_plain,
     .draw = draw_worked},
    {.name = "columns of (3,5)",
     .x = "x[3][5]",
     .y = "y[3][5]",
     .run = usual_run,
     .plain = wide_plain},
    {.name = "columns of (7,2)",
     .x = "x[7][2]",
     .y = "y[7][2]",
     .run = usual_run,
     .plain = high_plain},
    {.name = "x + its batch norm",
     .x = "x[3][2]",
     .y = "y[3][2]",
     .run = residual_run,
     .plain = residual_plain},
    {.name = "a batch of one, (1,5)",
     .x = "x[1][5]",
     .y = "y[1][5]",
     .run = usual_run,
     .plain = alone_plain},
    {.name = "(3,5) with a column of equal elements",
     .x = "x[3][5]",
     .y = "y[3][5]",
     .run = usual_run,
     .plain = wide_plain,
     .draw = draw_equal},
    {.name = "columns near a million",
     .x = "x[4][5]",
     .y = "y[4][5]",
     .run = usual_run,
     .plain = far_plain,
     .draw = draw_far,
     .forward_tolerance = 1e-6,
     .forward_only = true},
    {.name = "long columns, (71,2)",
     .x = "x[71][2]",
     .y = "y[71][2]",
     .run = usual_run,
     .plain = long_plain},
    {.name = "many columns, (2,71)",
     .x = "x[2][71]",
     .y = "y[2][71]",
     .run = usual_run,
     .plain = many_plain},
    {.name = "two shapes and epsilons on one tape: (3,5) @ (5,2)",
     .x = "x[3][5] w[5][2]",
     .y = "y[3][2]",
     .run = twice_run,
     .plain = twice_plain},
    {.name = "nodes on the tape",
     .x = "x[2][3]",
     .y = "nodes",
     .run = node_run,
     .plain = node_plain,
     .forward_only = true},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
