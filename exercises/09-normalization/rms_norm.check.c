/* The check of 09-normalization/rms_norm: the worked row, several rows, and x as its own gain. */
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
static void same_plain(const double *x, double *y) { plain_rows(x, x, y, 1, 5, 0.3); }

static void draw_worked(Random *random, double *x)
{
    (void)random;
    static const double worked[4] = {1, 7, 1, 1};
    for (size_t i = 0; i < 4; i++)
        x[i] = worked[i];
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
    {.name = "x as its own gain", .x = "x[5]", .y = "y[5]", .run = same_run, .plain = same_plain},
    {.name = "x + RMS norm of x, the gain fixed",
     .x = "x[2][3]",
     .y = "y[2][3]",
     .run = residual_run,
     .plain = residual_plain},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
