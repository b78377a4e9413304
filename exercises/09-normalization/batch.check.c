/* The check of 09-normalization/batch: the worked row as a column, tables both ways, a residual. */
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

static void draw_worked(Random *random, double *x)
{
    (void)random;
    for (size_t i = 0; i < 4; i++)
        x[i] = 2 * (double)i + 1;
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
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
