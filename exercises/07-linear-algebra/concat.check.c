/* The check of 07-linear-algebra/concat: the lesson's three parts, each axis of three, a
 * constant in the middle, a part on both sides of another. */
#include "../learn/check.h"
#include "ops/ops.h"

static Tensor *row(Tensor *const *x) { return tensor_concat(x, 3, 0); }
static void row_run(Trial *trial) { check_tensors(trial, row); }
static void row_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 5; i++)
        y[i] = x[i];
}
static void draw_worked(Random *random, double *x)
{
    (void)random;
    for (size_t i = 0; i < 5; i++)
        x[i] = (double)i + 1;
}

/* In each block, so many numbers of a and then so many of b. */
static void blocks_plain(const double *a, const double *b, size_t blocks, size_t of_a, size_t of_b,
                         double *y)
{
    for (size_t o = 0; o < blocks; o++) {
        for (size_t i = 0; i < of_a; i++)
            *y++ = a[o * of_a + i];
        for (size_t i = 0; i < of_b; i++)
            *y++ = b[o * of_b + i];
    }
}

static Tensor *first(Tensor *const *x) { return tensor_concat(x, 2, 0); }
static void first_run(Trial *trial) { check_tensors(trial, first); }
static void first_plain(const double *x, double *y) { blocks_plain(x, x + 30, 1, 30, 60, y); }
static Tensor *middle(Tensor *const *x) { return tensor_concat(x, 2, 1); }
static void middle_run(Trial *trial) { check_tensors(trial, middle); }
static void middle_plain(const double *x, double *y) { blocks_plain(x, x + 30, 2, 15, 5, y); }
static Tensor *last(Tensor *const *x) { return tensor_concat(x, 2, -1); }
static void last_run(Trial *trial) { check_tensors(trial, last); }
static void last_plain(const double *x, double *y) { blocks_plain(x, x + 30, 6, 5, 2, y); }

/* (2,1), a constant (2,2), (2,3). */
static Tensor *constant(Tensor *const *x)
{
    Tensor *known = tensor_from(shape2(2, 2), (const real[]){1, 2, 3, 4});
    return tensor_concat((Tensor *[]){x[0], known, x[1]}, 3, 1);
}
static void constant_run(Trial *trial) { check_tensors(trial, constant); }
static void constant_plain(const double *x, double *y)
{
    for (size_t o = 0; o < 2; o++) {
        y[o * 6] = x[o];
        for (size_t i = 0; i < 2; i++)
            y[o * 6 + 1 + i] = (double)(1 + o * 2 + i);
        for (size_t i = 0; i < 3; i++)
            y[o * 6 + 3 + i] = x[2 + o * 3 + i];
    }
}

static Tensor *both_sides(Tensor *const *x)
{
    return tensor_concat((Tensor *[]){x[0], x[1], x[0]}, 3, 1);
}
static void both_sides_run(Trial *trial) { check_tensors(trial, both_sides); }
static void both_sides_plain(const double *x, double *y)
{
    for (size_t o = 0; o < 3; o++) {
        for (size_t i = 0; i < 2; i++)
            y[o * 9 + i] = y[o * 9 + 7 + i] = x[o * 2 + i];
        for (size_t i = 0; i < 5; i++)
            y[o * 9 + 2 + i] = x[6 + o * 5 + i];
    }
}

const Case check_cases[] = {
    {.name = "parts of 1, 2 and 2 numbers",
     .x = "a[1] b[2] c[2]",
     .y = "y[5]",
     .run = row_run,
     .plain = row_plain,
     .draw = draw_worked},
    {.name = "(2,3,5) and (4,3,5), axis 0",
     .x = "a[2][3][5] b[4][3][5]",
     .y = "y[6][3][5]",
     .run = first_run,
     .plain = first_plain},
    {.name = "(2,3,5) and (2,1,5), axis 1",
     .x = "a[2][3][5] b[2][1][5]",
     .y = "y[2][4][5]",
     .run = middle_run,
     .plain = middle_plain},
    {.name = "(2,3,5) and (2,3,2), axis -1",
     .x = "a[2][3][5] b[2][3][2]",
     .y = "y[2][3][7]",
     .run = last_run,
     .plain = last_plain},
    {.name = "(2,1), a constant (2,2), (2,3)",
     .x = "a[2][1] b[2][3]",
     .y = "y[2][6]",
     .run = constant_run,
     .plain = constant_plain},
    {.name = "(3,2) on both sides of (3,5)",
     .x = "a[3][2] b[3][5]",
     .y = "y[3][9]",
     .run = both_sides_run,
     .plain = both_sides_plain},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
