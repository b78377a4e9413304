/* The check of 07-linear-algebra/hunt-gram: one sequence, two small ones, more, and beside
 * itself. */
#include "../learn/check.h"
#include "gram.h"
#include "ops/ops.h"

static Tensor *gram(Tensor *const *x) { return tensor_gram(x[0]); }
static void gram_run(Trial *trial) { check_tensors(trial, gram); }

/* Each element as a sum over the last axis of two rows, from the last on. */
static void gram_plain(const double *x, double *y, size_t batch, size_t rows, size_t columns)
{
    for (size_t at = 0; at < batch * rows * rows; at++) {
        const double *first = x + at / rows * columns,
                     *second = x + (at / (rows * rows) * rows + at % rows) * columns;
        y[at] = 0;
        for (size_t c = columns; c-- > 0;)
            y[at] += first[c] * second[c];
    }
}

static void one_plain(const double *x, double *y) { gram_plain(x, y, 1, 3, 2); }
static void small_plain(const double *x, double *y) { gram_plain(x, y, 2, 2, 1); }
static void more_plain(const double *x, double *y) { gram_plain(x, y, 3, 2, 5); }
static void draw_worked(Random *random, double *x)
{
    (void)random;
    static const double worked[4] = {1, 2, 10, 20};
    for (size_t i = 0; i < 4; i++)
        x[i] = worked[i];
}

/* (2,3,3) times its own gram, element by element. */
static Tensor *beside(Tensor *const *x) { return tensor_mul(x[0], tensor_gram(x[0])); }
static void beside_run(Trial *trial) { check_tensors(trial, beside); }
static void beside_plain(const double *x, double *y)
{
    gram_plain(x, y, 2, 3, 3);
    for (size_t i = 0; i < 18; i++)
        y[i] *= x[i];
}

const Case check_cases[] = {
    {.name = "one sequence (1,3,2)",
     .x = "x[1][3][2]",
     .y = "y[1][3][3]",
     .run = gram_run,
     .plain = one_plain},
    {.name = "[[[1],[2]],[[10],[20]]]",
     .x = "x[2][2][1]",
     .y = "y[2][2][2]",
     .run = gram_run,
     .plain = small_plain,
     .draw = draw_worked},
    {.name = "three sequences (3,2,5)",
     .x = "x[3][2][5]",
     .y = "y[3][2][2]",
     .run = gram_run,
     .plain = more_plain},
    {.name = "(2,3,3) times its own products",
     .x = "x[2][3][3]",
     .y = "y[2][3][3]",
     .run = beside_run,
     .plain = beside_plain},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
