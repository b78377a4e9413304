/* The check of 07-linear-algebra/permute: a small matrix, a cycle of three axes, its inverse, four
 * axes, and a matrix beside itself. */
#include "../learn/check.h"
#include "ops/ops.h"

static Tensor *turned(Tensor *const *x) { return tensor_permute(x[0], (const int[]){1, 0}); }
static void turned_run(Trial *trial) { check_tensors(trial, turned); }
static void turned_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 6; i++)
        y[i] = x[i % 2 * 3 + i / 2];
}
static void draw_worked(Random *random, double *x)
{
    (void)random;
    for (size_t i = 0; i < 6; i++)
        x[i] = (double)i + 1;
}

/* (i,j,k) of (2,3,5) goes to (j,k,i) of (3,5,2). */
static Tensor *cycle(Tensor *const *x) { return tensor_permute(x[0], (const int[]){1, 2, 0}); }
static void cycle_run(Trial *trial) { check_tensors(trial, cycle); }
static void cycle_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 2; i++)
        for (size_t jk = 0; jk < 15; jk++)
            y[jk * 2 + i] = x[i * 15 + jk];
}

/* (i,j,k) of (2,3,5) goes to (k,i,j) of (5,2,3). */
static Tensor *other(Tensor *const *x) { return tensor_permute(x[0], (const int[]){2, 0, 1}); }
static void other_run(Trial *trial) { check_tensors(trial, other); }
static void other_plain(const double *x, double *y)
{
    for (size_t ij = 0; ij < 6; ij++)
        for (size_t k = 0; k < 5; k++)
            y[k * 6 + ij] = x[ij * 5 + k];
}

/* As heads are split: (2,3,4,5) to (2,4,3,5). */
static Tensor *heads(Tensor *const *x) { return tensor_permute(x[0], (const int[]){0, 2, 1, 3}); }
static void heads_run(Trial *trial) { check_tensors(trial, heads); }
static void heads_plain(const double *x, double *y)
{
    for (size_t at = 0; at < 120; at++) {
        size_t a = at / 60, b = at / 20 % 3, c = at / 5 % 4, d = at % 5;
        y[((a * 4 + c) * 3 + b) * 5 + d] = x[at];
    }
}

static Tensor *beside(Tensor *const *x) { return tensor_mul(x[0], turned(x)); }
static void beside_run(Trial *trial) { check_tensors(trial, beside); }
static void beside_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 9; i++)
        y[i] = x[i] * x[i % 3 * 3 + i / 3];
}

const Case check_cases[] = {
    {.name = "[[1,2,3],[4,5,6]] by (1,0)",
     .x = "x[2][3]",
     .y = "y[3][2]",
     .run = turned_run,
     .plain = turned_plain,
     .draw = draw_worked},
    {.name = "(2,3,5) by (1,2,0)",
     .x = "x[2][3][5]",
     .y = "y[3][5][2]",
     .run = cycle_run,
     .plain = cycle_plain},
    {.name = "(2,3,5) by (2,0,1)",
     .x = "x[2][3][5]",
     .y = "y[5][2][3]",
     .run = other_run,
     .plain = other_plain},
    {.name = "(2,3,4,5) by (0,2,1,3)",
     .x = "x[2][3][4][5]",
     .y = "y[2][4][3][5]",
     .run = heads_run,
     .plain = heads_plain},
    {.name = "(3,3) times itself by (1,0), element by element",
     .x = "x[3][3]",
     .y = "y[3][3]",
     .run = beside_run,
     .plain = beside_plain},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
