/* The check of 10-embeddings/distance: T = 2 with its numbers, T = 3, several matrices, and scores
 * that are used beside. */
#include "../learn/check.h"
#include "../10-embeddings/distance.h"
#include "ops/ops.h"

static Tensor *biased(Tensor *const *x) { return tensor_distance(x[0], x[1]); }
static void biased_run(Trial *trial) { check_tensors(trial, biased); }

/* Diagonal by diagonal. */
static void plain_tables(const double *x, const double *bias, double *y, size_t tables, int steps)
{
    for (size_t n = 0; n < tables; n++, x += steps * steps, y += steps * steps)
        for (int d = 1 - steps; d < steps; d++)
            for (int t = d > 0 ? d : 0; t < steps && t - d < steps; t++)
                y[t * steps + t - d] = x[t * steps + t - d] + bias[d + steps - 1];
}
static void two_plain(const double *x, double *y) { plain_tables(x, x + 4, y, 1, 2); }
static void three_plain(const double *x, double *y) { plain_tables(x, x + 9, y, 1, 3); }
static void more_plain(const double *x, double *y) { plain_tables(x, x + 96, y, 6, 4); }

/* (scores + bias) scores: the scores are used twice. */
static Tensor *beside(Tensor *const *x) { return tensor_mul(tensor_distance(x[0], x[1]), x[0]); }
static void beside_run(Trial *trial) { check_tensors(trial, beside); }
static void beside_plain(const double *x, double *y)
{
    plain_tables(x, x + 18, y, 2, 3);
    for (size_t i = 0; i < 18; i++)
        y[i] *= x[i];
}

const Case check_cases[] = {
    {.name = "T = 2", .x = "S[2][2] b[3]", .y = "y[2][2]", .run = biased_run, .plain = two_plain},
    {.name = "T = 3", .x = "S[3][3] b[5]", .y = "y[3][3]", .run = biased_run, .plain = three_plain},
    {.name = "tables of (2,3,4,4)",
     .x = "S[2][3][4][4] b[7]",
     .y = "y[2][3][4][4]",
     .run = biased_run,
     .plain = more_plain},
    {.name = "biased scores times the scores, (2,3,3)",
     .x = "S[2][3][3] b[5]",
     .y = "y[2][3][3]",
     .run = beside_run,
     .plain = beside_plain},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
