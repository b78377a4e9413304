/* The check of 10-embeddings/distance: T = 2 with its numbers, T = 3, several matrices, T = 1,
 * scores that are used beside, constants, and scores that are another's result. */
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

/* One of the two is a constant, which wants no gradient. */
static const real fixed[9] = {1, 0, -1, (real)0.5, 2, (real)-0.25, 3, -2, (real)1.5};
static void fixed_read(double *to, size_t count)
{
    for (size_t i = 0; i < count; i++)
        to[i] = (double)fixed[i];
}
static Tensor *given_scores(Tensor *const *x)
{
    return tensor_distance(tensor_from(shape2(3, 3), fixed), x[0]);
}
static void given_scores_run(Trial *trial) { check_tensors(trial, given_scores); }
static void given_scores_plain(const double *x, double *y)
{
    double scores[9];
    fixed_read(scores, 9);
    plain_tables(scores, x, y, 1, 3);
}
static Tensor *given_bias(Tensor *const *x)
{
    return tensor_distance(x[0], tensor_from(shape1(5), fixed));
}
static void given_bias_run(Trial *trial) { check_tensors(trial, given_bias); }
static void given_bias_plain(const double *x, double *y)
{
    double bias[5];
    fixed_read(bias, 5);
    plain_tables(x, bias, y, 1, 3);
}

/* Scores that are themselves a result, as in attention. */
static Tensor *scaled(Tensor *const *x) { return tensor_distance(tensor_scale(x[0], 2), x[1]); }
static void scaled_run(Trial *trial) { check_tensors(trial, scaled); }
static void scaled_plain(const double *x, double *y)
{
    double twice[18];
    for (size_t i = 0; i < 18; i++)
        twice[i] = 2 * x[i];
    plain_tables(twice, x + 18, y, 2, 3);
}
static void one_plain(const double *x, double *y) { plain_tables(x, x + 2, y, 2, 1); }

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
    {.name = "T = 1, tables of (2,1,1)",
     .x = "S[2][1][1] b[1]",
     .y = "y[2][1][1]",
     .run = biased_run,
     .plain = one_plain},
    {.name = "T = 3, scores constant",
     .x = "b[5]",
     .y = "y[3][3]",
     .run = given_scores_run,
     .plain = given_scores_plain},
    {.name = "T = 3, bias constant",
     .x = "S[3][3]",
     .y = "y[3][3]",
     .run = given_bias_run,
     .plain = given_bias_plain},
    {.name = "of 2 S, scores that are a result, (2,3,3)",
     .x = "S[2][3][3] b[5]",
     .y = "y[2][3][3]",
     .run = scaled_run,
     .plain = scaled_plain},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
