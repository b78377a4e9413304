/* The check of 07-linear-algebra/max-pool: one window, all four places winning, images of other
 * heights than widths, negative numbers alone, and beside itself. No two numbers of these cases are
 * nearer than a fifth, so that no nudge changes who is largest. Behind them equal numbers, whose
 * gradient no nudge can tell and the task does, and a place that is far into a large array. */
#include "../learn/check.h"
#include "max_pool.h"
#include "ops/ops.h"

static Tensor *pool(Tensor *const *x) { return tensor_max_pool(x[0]); }
static void pool_run(Trial *trial) { check_tensors(trial, pool); }

/* Each element, from the last to the first, is held against the largest so far of its window. */
static void pool_plain(const double *x, double *y, size_t images, size_t height, size_t width)
{
    for (size_t i = 0; i < images * height * width / 4; i++)
        y[i] = -INFINITY;
    for (size_t at = images * height * width; at-- > 0;) {
        size_t row = at / width / 2, column = at % width / 2; /* rows of all images: H is even */
        double *best = &y[row * (width / 2) + column];
        *best = x[at] > *best ? x[at] : *best;
    }
}
static void one_plain(const double *x, double *y) { pool_plain(x, y, 1, 2, 2); }
static void four_plain(const double *x, double *y) { pool_plain(x, y, 1, 4, 4); }
static void two_plain(const double *x, double *y) { pool_plain(x, y, 2, 4, 6); }

/* Steps of 0.3 from `low` on, shuffled, and each a little off. */
static void draw_apart(Random *random, double *x, size_t count, double low)
{
    for (size_t i = 0; i < count; i++)
        x[i] = low + 0.3 * (double)i + 0.1 * random_uniform(random);
    for (size_t i = count - 1; i > 0; i--) {
        size_t j = random_below(random, i + 1);
        double kept = x[i];
        x[i] = x[j];
        x[j] = kept;
    }
}
static void draw_two(Random *random, double *x) { draw_apart(random, x, 48, -7.2); }
static void draw_negative(Random *random, double *x) { draw_apart(random, x, 48, -20); }
static void draw_twice(Random *random, double *x) { draw_apart(random, x, 12, -1.8); }

static void draw_one(Random *random, double *x)
{
    (void)random;
    static const double worked[4] = {1, 5, 2, 3};
    for (size_t i = 0; i < 4; i++)
        x[i] = worked[i];
}

static void draw_four(Random *random, double *x)
{
    (void)random;
    static const double worked[16] = {9, 1, 2, 8, 3, 4, 5, 6, 1, 2, 3, 4, 7, 5, 6, 10};
    for (size_t i = 0; i < 16; i++)
        x[i] = worked[i];
}

/* The largest of each window, weighed; and the largest of those. */
static Tensor *nested(Tensor *const *x)
{
    return tensor_max_pool(tensor_mul(tensor_max_pool(x[0]), x[1]));
}
static void nested_run(Trial *trial) { check_tensors(trial, nested); }
static void nested_plain(const double *x, double *y)
{
    double inner[4];
    pool_plain(x, inner, 1, 4, 4);
    for (size_t i = 0; i < 4; i++)
        inner[i] *= x[16 + i];
    pool_plain(inner, y, 1, 2, 2);
}
/* x well above 1, and factors that are apart: so are the products. */
static void draw_nested(Random *random, double *x)
{
    draw_apart(random, x, 16, 20);
    draw_apart(random, x + 16, 4, -0.5);
}

/* x is used twice: in its windows, and its first three numbers beside them. */
static Tensor *twice(Tensor *const *x)
{
    return tensor_add(tensor_max_pool(x[0]), tensor_slice(tensor_slice(x[0], 1, 0, 1), 2, 0, 3));
}
static void twice_run(Trial *trial) { check_tensors(trial, twice); }
static void twice_plain(const double *x, double *y)
{
    pool_plain(x, y, 1, 2, 6);
    for (size_t i = 0; i < 3; i++)
        y[i] += x[i];
}

/* Windows with equal numbers, and one far below 0; the gradient is an output, held to the rule. */
enum { TIES = 5 };
static void ties_run(Trial *trial)
{
    real dy[TIES];
    Tensor *x = tensor_parameter(shape3(TIES, 2, 2));
    for (size_t i = 0; i < x->size; i++)
        x->data[i] = (real)trial->x[i];
    for (size_t j = 0; j < TIES; j++)
        dy[j] = (real)trial->x[x->size + j];
    TapeMark mark = tape_mark();
    Tensor *y = tensor_max_pool(x);
    if (y->size == TIES) {
        tensor_backward_from(y, dy);
        for (size_t j = 0; j < TIES; j++)
            trial->y[j] = (double)y->data[j];
        for (size_t i = 0; i < x->size && x->has_grad; i++)
            trial->y[TIES + i] = (double)x->grad[i];
    }
    tape_release(mark);
    tensor_free(x);
}
static void ties_plain(const double *x, double *y)
{
    pool_plain(x, y, TIES, 2, 2);
    for (size_t j = 0; j < TIES; j++) {
        bool told = false;
        for (size_t i = 4 * j; i < 4 * j + 4; i++) {
            y[TIES + i] = x[i] == y[j] && !told ? x[4 * TIES + j] : 0;
            told = told || x[i] == y[j];
        }
    }
}
static void draw_ties(Random *random, double *x)
{
    static const double windows[TIES][4] = {
        {2, 2, 2, 2}, {1, 5, 5, 2}, {-4, 0, -3, 0}, {3, -1, 3, 3}, {-3e99, -2e100, -1e99, -4e99}};
    for (size_t i = 0; i < 5 * TIES; i++)
        x[i] = i < 4 * TIES ? windows[i / 4][i % 4] : random_normal(random);
}

/* x behind so many images of zeros that its places are large numbers. */
enum { BEFORE = 16400 };
static Tensor *far(Tensor *const *x)
{
    Tensor *known = tensor_new(shape3(BEFORE, 2, 2));
    for (size_t i = 0; i < known->size; i++)
        known->data[i] = 0;
    Tensor *y = tensor_max_pool(tensor_concat((Tensor *[]){known, x[0]}, 2, 0));
    return tensor_slice(y, 0, BEFORE, BEFORE + 2);
}
static void far_run(Trial *trial) { check_tensors(trial, far); }
static void far_plain(const double *x, double *y) { pool_plain(x, y, 2, 2, 2); }
static void draw_far(Random *random, double *x) { draw_apart(random, x, 8, -1.2); }

const Case check_cases[] = {
    {.name = "[[1,5],[2,3]]",
     .x = "x[1][2][2]",
     .y = "y[1][1][1]",
     .run = pool_run,
     .plain = one_plain,
     .draw = draw_one},
    {.name = "each place of a window winning once",
     .x = "x[1][4][4]",
     .y = "y[1][2][2]",
     .run = pool_run,
     .plain = four_plain,
     .draw = draw_four},
    {.name = "two images, all negative",
     .x = "x[2][4][6]",
     .y = "y[2][2][3]",
     .run = pool_run,
     .plain = two_plain,
     .draw = draw_negative},
    {.name = "two images (2,4,6)",
     .x = "x[2][4][6]",
     .y = "y[2][2][3]",
     .run = pool_run,
     .plain = two_plain,
     .draw = draw_two},
    {.name = "the largest of products with the largest",
     .x = "x[1][4][4] w[1][2][2]",
     .y = "y[1][1][1]",
     .run = nested_run,
     .plain = nested_plain,
     .draw = draw_nested},
    {.name = "the largest, plus the first three",
     .x = "x[1][2][6]",
     .y = "y[1][1][3]",
     .run = twice_run,
     .plain = twice_plain,
     .draw = draw_twice},
    {.name = "equal numbers, and y's gradient u",
     .x = "x[5][2][2] u[5]",
     .y = "y[5] dx[5][2][2]",
     .run = ties_run,
     .plain = ties_plain,
     .draw = draw_ties,
     .forward_only = true},
    {.name = "the last two of 16402 images",
     .x = "x[2][2][2]",
     .y = "y[2][1][1]",
     .run = far_run,
     .plain = far_plain,
     .draw = draw_far},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
