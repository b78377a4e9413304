/* The check of 06-elementwise/sub: 5 - 3, arrays, operands that repeat, are
 * stretched, or are constants. */
#include "check.h"
#include "ops/ops.h"

static double plain_of(double a, double b) { return a - b; }

static Tensor *both(Tensor *const *x) { return tensor_sub(x[0], x[1]); }
static void both_run(Trial *trial) { check_tensors(trial, both); }

static void worked_plain(const double *x, double *y) { y[0] = plain_of(x[0], x[1]); }
static void draw_worked(Random *random, double *x)
{
    (void)random;
    x[0] = 5;
    x[1] = 3;
}

/* From 0.5 to 2, of either sign. */
static void draw_clear(Random *random, double *x, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        double size = 0.5 + 1.5 * random_uniform(random);
        x[i] = random_uniform(random) < 0.5 ? -size : size;
    }
}
static void draw_12(Random *random, double *x) { draw_clear(random, x, 12); }
static void draw_13(Random *random, double *x) { draw_clear(random, x, 13); }
static void draw_18(Random *random, double *x) { draw_clear(random, x, 18); }
static void draw_20(Random *random, double *x) { draw_clear(random, x, 20); }
static void draw_112(Random *random, double *x) { draw_clear(random, x, 112); }
static void draw_5(Random *random, double *x) { draw_clear(random, x, 5); }

static void same_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 6; i++)
        y[i] = plain_of(x[i], x[6 + i]);
}

/* (3,5) and a row of (5): a bias. */
static void row_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 15; i++)
        y[i] = plain_of(x[i], x[15 + i % 5]);
}

/* (3,5) and a column of (3,1). */
static void column_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 15; i++)
        y[i] = plain_of(x[i], x[15 + i / 5]);
}

/* A row (5) first, and a (2,1): both are stretched. */
static void outer_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 2; i++)
        for (size_t j = 0; j < 5; j++)
            y[i * 5 + j] = plain_of(x[j], x[5 + i]);
}
static void draw_7(Random *random, double *x) { draw_clear(random, x, 7); }

/* A row (7) first, and all of (3,5,7). */
static void tall_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 105; i++)
        y[i] = plain_of(x[i % 7], x[7 + i]);
}

/* (2,1,5) and (3,1): an axis in the middle, and two at the ends. */
static void middle_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 30; i++)
        y[i] = plain_of(x[i / 15 * 5 + i % 5], x[10 + i / 5 % 3]);
}

/* With itself, and with something else. */
static Tensor *itself(Tensor *const *x)
{
    Tensor *y = tensor_sub(x[0], x[0]);
    return tensor_add(tensor_mul(y, x[0]), tensor_sub(tensor_scale(x[0], 3), x[0]));
}
static void itself_run(Trial *trial) { check_tensors(trial, itself); }
static void itself_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 5; i++)
        y[i] = plain_of(x[i], x[i]) * x[i] + plain_of(3 * x[i], x[i]);
}

/* One operand is a constant, which wants no gradient: right, then left. */
static Tensor *constant(Tensor *const *x)
{
    Tensor *c = tensor_from(shape1(5), (real[]){1, -2, (real)0.5, 4, -1});
    return tensor_sub(c, tensor_sub(x[0], c));
}
static void constant_run(Trial *trial) { check_tensors(trial, constant); }
static void constant_plain(const double *x, double *y)
{
    const double c[5] = {1, -2, 0.5, 4, -1};
    for (size_t i = 0; i < 5; i++)
        y[i] = plain_of(c[i], plain_of(x[i], c[i]));
}

const Case check_cases[] = {
    {.name = "5 - 3",
     .x = "a b",
     .y = "y",
     .run = both_run,
     .plain = worked_plain,
     .draw = draw_worked},
    {.name = "a - b of (2,3)",
     .x = "a[2][3] b[2][3]",
     .y = "y[2][3]",
     .run = both_run,
     .plain = same_plain,
     .draw = draw_12},
    {.name = "x - x, times x, plus 3x - x",
     .x = "x[5]",
     .y = "y[5]",
     .run = itself_run,
     .plain = itself_plain,
     .draw = draw_5},
    {.name = "a row (5) stretched to (3,5)",
     .x = "a[3][5] b[5]",
     .y = "y[3][5]",
     .run = both_run,
     .plain = row_plain,
     .draw = draw_20},
    {.name = "a column (3,1) stretched to (3,5)",
     .x = "a[3][5] b[3][1]",
     .y = "y[3][5]",
     .run = both_run,
     .plain = column_plain,
     .draw = draw_18},
    {.name = "a row (5) and a column (2,1), both stretched",
     .x = "a[5] b[2][1]",
     .y = "y[2][5]",
     .run = both_run,
     .plain = outer_plain,
     .draw = draw_7},
    {.name = "a row (7) stretched to (3,5,7), on the left",
     .x = "a[7] b[3][5][7]",
     .y = "y[3][5][7]",
     .run = both_run,
     .plain = tall_plain,
     .draw = draw_112},
    {.name = "(2,1,5) and (3,1), both stretched",
     .x = "a[2][1][5] b[3][1]",
     .y = "y[2][3][5]",
     .run = both_run,
     .plain = middle_plain,
     .draw = draw_13},
    {.name = "with constants",
     .x = "x[5]",
     .y = "y[5]",
     .run = constant_run,
     .plain = constant_plain,
     .draw = draw_5},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
