/* The check of 09-normalization/unit: (3,4), several rows, one of them of zeros, wide ones, rows
 * times themselves, two results on one tape, and how many nodes it is. */
#include "../learn/check.h"
#include "../09-normalization/unit.h"
#include "ops/ops.h"

static Tensor *without(Tensor *const *x) { return tensor_unit(x[0], 0); }
static void without_run(Trial *trial) { check_tensors(trial, without); }
static Tensor *usual(Tensor *const *x) { return tensor_unit(x[0], (real)0.3); }
static void usual_run(Trial *trial) { check_tensors(trial, usual); }

/* By one hypotenuse after the other. */
static void plain_rows(const double *x, double *y, size_t rows, size_t width, double epsilon)
{
    for (size_t row = 0; row < rows; row++, x += width, y += width) {
        double length = sqrt(epsilon);
        for (size_t i = 0; i < width; i++)
            length = hypot(length, x[i]);
        for (size_t i = 0; i < width; i++)
            y[i] = x[i] / length;
    }
}
static void pair_plain(const double *x, double *y) { plain_rows(x, y, 1, 2, 0); }
static void table_plain(const double *x, double *y) { plain_rows(x, y, 3, 5, 0.3); }
static void more_plain(const double *x, double *y) { plain_rows(x, y, 6, 7, 0.3); }
static void wide_plain(const double *x, double *y) { plain_rows(x, y, 2, 71, 0.3); }
static void ones_plain(const double *x, double *y) { plain_rows(x, y, 3, 1, 0.3); }

static void draw_worked(Random *random, double *x)
{
    (void)random;
    x[0] = 3;
    x[1] = 4;
}

/* Rows times the rows' own unit vectors. */
static Tensor *beside(Tensor *const *x) { return tensor_mul(tensor_unit(x[0], 1), x[0]); }
static void beside_run(Trial *trial) { check_tensors(trial, beside); }
static void beside_plain(const double *x, double *y)
{
    plain_rows(x, y, 2, 3, 1);
    for (size_t i = 0; i < 6; i++)
        y[i] *= x[i];
}

/* With an epsilon a row of zeros has a length, and a slope. */
static void draw_zeros(Random *random, double *x)
{
    for (size_t i = 0; i < 15; i++)
        x[i] = i / 5 == 1 ? 0 : random_normal(random);
}

/* Two results of different rows: what one keeps is not the other's. */
static Tensor *twice(Tensor *const *x)
{
    Tensor *first = tensor_unit(x[0], (real)0.3);
    return tensor_mul(first, tensor_unit(x[1], 1));
}
static void twice_run(Trial *trial) { check_tensors(trial, twice); }
static void twice_plain(const double *x, double *y)
{
    double column[3];
    plain_rows(x, y, 3, 5, 0.3);
    plain_rows(x + 15, column, 3, 1, 1);
    for (size_t i = 0; i < 15; i++)
        y[i] *= column[i / 5];
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
    tensor_unit(x, (real)0.3);
    trial->y[0] = (double)(tape_length() - before);
    tape_release(mark);
}
static void node_plain(const double *x, double *y)
{
    (void)x;
    y[0] = 1;
}

const Case check_cases[] = {
    {.name = "(3,4), epsilon 0",
     .x = "x[2]",
     .y = "y[2]",
     .run = without_run,
     .plain = pair_plain,
     .draw = draw_worked},
    {.name = "rows of (3,5), epsilon 0.3",
     .x = "x[3][5]",
     .y = "y[3][5]",
     .run = usual_run,
     .plain = table_plain},
    {.name = "rows of (2,3,7)",
     .x = "x[2][3][7]",
     .y = "y[2][3][7]",
     .run = usual_run,
     .plain = more_plain},
    {.name = "(2,3) brought to length 1, times itself",
     .x = "x[2][3]",
     .y = "y[2][3]",
     .run = beside_run,
     .plain = beside_plain},
    {.name = "(3,5) with a row of zeros, epsilon 0.3",
     .x = "x[3][5]",
     .y = "y[3][5]",
     .run = usual_run,
     .plain = table_plain,
     .draw = draw_zeros},
    {.name = "(3,5) and (3,1), twice on one tape",
     .x = "x[3][5] w[3][1]",
     .y = "y[3][5]",
     .run = twice_run,
     .plain = twice_plain},
    {.name = "rows of one element, (3,1)",
     .x = "x[3][1]",
     .y = "y[3][1]",
     .run = usual_run,
     .plain = ones_plain},
    {.name = "wide rows, (2,71)",
     .x = "x[2][71]",
     .y = "y[2][71]",
     .run = usual_run,
     .plain = wide_plain},
    {.name = "nodes on the tape",
     .x = "x[2][3]",
     .y = "nodes",
     .run = node_run,
     .plain = node_plain,
     .forward_only = true},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
