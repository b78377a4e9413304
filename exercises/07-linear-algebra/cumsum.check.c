/* The check of 07-linear-algebra/cumsum: three numbers, rows of five, a row of one, and twice; and
 * whether what came from above is still there afterwards. */
#include "../learn/check.h"
#include "cumsum.h"
#include "ops/ops.h"

static Tensor *running(Tensor *const *x) { return tensor_cumsum(x[0]); }
static void running_run(Trial *trial) { check_tensors(trial, running); }

/* Each as a sum of its own, from its last term to its first. */
static void rows_plain(const double *x, double *y, size_t rows, size_t length)
{
    for (size_t at = 0; at < rows * length; at++) {
        y[at] = 0;
        for (size_t s = at % length + 1; s-- > 0;)
            y[at] += x[at / length * length + s];
    }
}
static void three_plain(const double *x, double *y) { rows_plain(x, y, 1, 3); }
static void six_plain(const double *x, double *y) { rows_plain(x, y, 6, 5); }
static void single_plain(const double *x, double *y) { rows_plain(x, y, 3, 1); }
static void draw_worked(Random *random, double *x)
{
    (void)random;
    for (size_t i = 0; i < 3; i++)
        x[i] = (double)i + 1;
}

/* x times the running sums of its running sums. */
static Tensor *twice(Tensor *const *x)
{
    return tensor_mul(x[0], tensor_cumsum(tensor_cumsum(x[0])));
}
static void twice_run(Trial *trial) { check_tensors(trial, twice); }
static void twice_plain(const double *x, double *y)
{
    for (size_t at = 0; at < 8; at++) {
        y[at] = 0;
        for (size_t s = 0; s <= at % 4; s++)
            y[at] += (double)(at % 4 - s + 1) * x[at / 4 * 4 + s];
        y[at] *= x[at];
    }
}

/* x's gradient, and behind it y's own, which was asked for. */
static void kept_run(Trial *trial)
{
    enum { SIZE = 6 };
    real dy[SIZE];
    Tensor *x = tensor_parameter(shape2(2, 3));
    for (size_t i = 0; i < SIZE; i++) {
        x->data[i] = (real)trial->x[i];
        dy[i] = (real)trial->x[SIZE + i];
    }
    TapeMark mark = tape_mark();
    Tensor *y = tensor_cumsum(x);
    tensor_retain_grad(y);
    tensor_backward_from(y, dy);
    for (size_t i = 0; i < SIZE; i++) {
        trial->y[i] = x->has_grad ? (double)x->grad[i] : (double)NAN;
        trial->y[SIZE + i] = (double)y->grad[i];
    }
    tape_release(mark);
    tensor_free(x);
}
static void kept_plain(const double *x, double *y)
{
    for (size_t at = 0; at < 6; at++) {
        y[at] = 0;
        for (size_t t = at % 3; t < 3; t++)
            y[at] += x[6 + at / 3 * 3 + t];
        y[6 + at] = x[6 + at];
    }
}

const Case check_cases[] = {
    {.name = "[1,2,3]",
     .x = "x[3]",
     .y = "y[3]",
     .run = running_run,
     .plain = three_plain,
     .draw = draw_worked},
    {.name = "(2,3,5)",
     .x = "x[2][3][5]",
     .y = "y[2][3][5]",
     .run = running_run,
     .plain = six_plain},
    {.name = "(3,1)",
     .x = "x[3][1]",
     .y = "y[3][1]",
     .run = running_run,
     .plain = single_plain},
    {.name = "x times its running sums' running sums",
     .x = "x[2][4]",
     .y = "y[2][4]",
     .run = twice_run,
     .plain = twice_plain},
    {.name = "(2,3), y's gradient u, and what it is afterwards",
     .x = "x[2][3] u[2][3]",
     .y = "dx[2][3] dy[2][3]",
     .run = kept_run,
     .plain = kept_plain,
     .forward_only = true},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
