/* The check of 06-elementwise/examination: a number worked by hand, arrays, operands that repeat,
 * are stretched, or are constants; distances of some c, ones that are tiny beside c, and ones whose
 * square overflows, with their slopes. */
#include "check.h"
#include "examination.h"

/* With d = c tan t, sqrt(d^2 + c^2) is c / cos t, and 1 / cos t - 1 is tan t tan(t/2). */
static double plain_of(double a, double b, double c)
{
    double d = a - b;
    return d * tan(atan2(d, c) / 2);
}

static Tensor *pair(Tensor *const *x) { return tensor_rounded_distance(x[0], x[1], 4); }
static void pair_run(Trial *trial) { check_tensors(trial, pair); }
static void pair_plain(const double *x, double *y) { y[0] = plain_of(x[0], x[1], 4); }
static void draw_worked(Random *random, double *x)
{
    (void)random;
    x[0] = 5;
    x[1] = 2;
}

static Tensor *any(Tensor *const *x) { return tensor_rounded_distance(x[0], x[1], (real)1.5); }
static void any_run(Trial *trial) { check_tensors(trial, any); }
static void same_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 6; i++)
        y[i] = plain_of(x[i], x[6 + i], 1.5);
}
static void row_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 15; i++)
        y[i] = plain_of(x[i], x[15 + i % 5], 1.5);
}
static void column_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 15; i++)
        y[i] = plain_of(x[i], x[15 + i / 5], 1.5);
}
static void outer_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 2; i++)
        for (size_t j = 0; j < 5; j++)
            y[i * 5 + j] = plain_of(x[j], x[5 + i], 1.5);
}

/* A row (7) first, and all of (3,5,7). */
static void tall_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 105; i++)
        y[i] = plain_of(x[i % 7], x[7 + i], 1.5);
}

/* (2,1,5) and (3,1): an axis in the middle, and two at the ends. */
static void middle_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 30; i++)
        y[i] = plain_of(x[i / 15 * 5 + i % 5], x[10 + i / 5 % 3], 1.5);
}

/* Distances of 2 c to 30 c, on both sides: no longer a parabola, not yet a line. */
static void between_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 7; i++)
        y[i] = plain_of(x[i], x[7 + i], 1.5);
}
static void draw_between(Random *random, double *x)
{
    const double edges[8] = {2, 4, 5, 6, 8, 12, 16, 30};
    for (size_t i = 0; i < 7; i++) {
        double distance = 1.5 * (edges[i] + (edges[i + 1] - edges[i]) * random_uniform(random));
        x[7 + i] = random_normal(random);
        x[i] = x[7 + i] + (i % 2 == 0 ? distance : -distance);
    }
}

/* Two constants on one tape; and x beside 3x, where both operands are one tensor's doing. */
static Tensor *diamond(Tensor *const *x)
{
    Tensor *near = tensor_rounded_distance(tensor_scale(x[0], 3), x[0], 1);
    return tensor_mul(tensor_rounded_distance(near, x[0], 2), x[0]);
}
static void diamond_run(Trial *trial) { check_tensors(trial, diamond); }
static void diamond_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 5; i++)
        y[i] = plain_of(plain_of(3 * x[i], x[i], 1), x[i], 2) * x[i];
}

static Tensor *constant(Tensor *const *x)
{
    Tensor *c = tensor_from(shape1(5), (real[]){1, -2, (real)0.5, 4, -1});
    return tensor_rounded_distance(c, tensor_rounded_distance(x[0], c, 1), 1);
}
static void constant_run(Trial *trial) { check_tensors(trial, constant); }
static void constant_plain(const double *x, double *y)
{
    const double c[5] = {1, -2, 0.5, 4, -1};
    for (size_t i = 0; i < 5; i++)
        y[i] = plain_of(c[i], plain_of(x[i], c[i], 1), 1);
}

static Tensor *tiny(Tensor *const *x) { return tensor_rounded_distance(x[0], x[1], (real)1e8); }
static void tiny_run(Trial *trial) { check_tensors(trial, tiny); }
static void tiny_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 7; i++)
        y[i] = plain_of(x[i], x[7 + i], 1e8);
}
static void draw_tiny(Random *random, double *x)
{
    for (size_t i = 0; i < 14; i++)
        x[i] = 1e4 * (i < 7 ? 1 + random_uniform(random) : -random_uniform(random));
}

static void huge_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 2; i++)
        y[i] = plain_of(x[i], x[2 + i], 4);
}
static void draw_huge(Random *random, double *x)
{
    x[0] = 1e200 * (1 + random_uniform(random));
    x[1] = 3;
    x[2] = 5;
    x[3] = 1e180 * (1 + random_uniform(random));
}

/* Forward and backward, `n` of each operand, where no difference can measure a slope. */
static void walk(const double *x, size_t n, real c, const real *upstream, double *y, double *slopes)
{
    Tensor *of[2] = {tensor_parameter(shape1(n)), tensor_parameter(shape1(n))};
    for (size_t i = 0; i < 2 * n; i++)
        of[i / n]->data[i % n] = (real)x[i];
    TapeMark mark = tape_mark();
    Tensor *out = tensor_rounded_distance(of[0], of[1], c);
    tensor_backward_from(out, upstream);
    for (size_t i = 0; i < n; i++)
        y[i] = (double)out->data[i];
    for (size_t i = 0; i < 2 * n; i++)
        slopes[i] = of[i / n]->has_grad ? (double)of[i / n]->grad[i % n] : (double)NAN;
    tape_release(mark);
    tensor_free(of[0]);
    tensor_free(of[1]);
}
static void slopes_plain(const double *x, double *y, size_t n, double c)
{
    for (size_t i = 0; i < n; i++) {
        double d = x[i] - x[n + i];
        y[i] = d / hypot(d, c);
        y[n + i] = -y[i];
    }
}

static void huge_slopes_run(Trial *trial)
{
    double values[2];
    walk(trial->x, 2, 4, (real[]){1, 1}, values, trial->y);
}
static void huge_slopes_plain(const double *x, double *y) { slopes_plain(x, y, 2, 4); }

/* Both so large that their squares overflow, and neither large beside the other. In units of c. */
static void alike_run(Trial *trial)
{
    double x[14], values[7];
    for (size_t i = 0; i < 14; i++)
        x[i] = 1e200 * trial->x[i];
    walk(x, 7, (real)1e200, (real[]){1, 1, 1, 1, 1, 1, 1}, values, trial->y + 7);
    for (size_t i = 0; i < 7; i++)
        trial->y[i] = values[i] / 1e200;
}
static void alike_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 7; i++)
        y[i] = plain_of(x[i], x[7 + i], 1);
    slopes_plain(x, y + 7, 7, 1);
}

/* Near 0 the value is d^2 / 2c, the slope d / c: times c / size^2 and c / size both are near 1. */
static const real sizes[7] = {(real)1e6,  (real)1e4,  (real)1e2, 1,
                              (real)1e-3, (real)1e-6, (real)1e-12};
static void sizes_run(Trial *trial)
{
    real upstream[7];
    for (size_t i = 0; i < 7; i++)
        upstream[i] = (real)1e8 / sizes[i];
    walk(trial->x, 7, (real)1e8, upstream, trial->y, trial->y + 7);
    for (size_t i = 0; i < 7; i++)
        trial->y[i] *= (double)(upstream[i] / sizes[i]);
}
static void sizes_plain(const double *x, double *y)
{
    slopes_plain(x, y + 7, 7, 1e8);
    for (size_t i = 0; i < 7; i++) {
        double times = 1e8 / (double)sizes[i];
        y[i] = plain_of(x[i], x[7 + i], 1e8) * times / (double)sizes[i];
        y[7 + i] *= times;
        y[14 + i] *= times;
    }
}
static void draw_sizes(Random *random, double *x)
{
    for (size_t i = 0; i < 7; i++) {
        x[i] = (double)sizes[i] * (1 + random_uniform(random));
        x[7 + i] = -(double)sizes[i] * random_uniform(random);
    }
}

const Case check_cases[] = {
    {.name = "a = 5, b = 2, c = 4",
     .x = "a b",
     .y = "y",
     .run = pair_run,
     .plain = pair_plain,
     .draw = draw_worked},
    {.name = "a and b of (2,3), c = 3/2",
     .x = "a[2][3] b[2][3]",
     .y = "y[2][3]",
     .run = any_run,
     .plain = same_plain},
    {.name = "twice on one tape, from one x",
     .x = "x[5]",
     .y = "y[5]",
     .run = diamond_run,
     .plain = diamond_plain},
    {.name = "a row (5) stretched to (3,5)",
     .x = "a[3][5] b[5]",
     .y = "y[3][5]",
     .run = any_run,
     .plain = row_plain},
    {.name = "a column (3,1) stretched to (3,5)",
     .x = "a[3][5] b[3][1]",
     .y = "y[3][5]",
     .run = any_run,
     .plain = column_plain},
    {.name = "a row (5) and a column (2,1), both stretched",
     .x = "a[5] b[2][1]",
     .y = "y[2][5]",
     .run = any_run,
     .plain = outer_plain},
    {.name = "a row (7) stretched to (3,5,7), on the left",
     .x = "a[7] b[3][5][7]",
     .y = "y[3][5][7]",
     .run = any_run,
     .plain = tall_plain},
    {.name = "(2,1,5) and (3,1), both stretched",
     .x = "a[2][1][5] b[3][1]",
     .y = "y[2][3][5]",
     .run = any_run,
     .plain = middle_plain},
    {.name = "with constants",
     .x = "x[5]",
     .y = "y[5]",
     .run = constant_run,
     .plain = constant_plain},
    {.name = "distances of 2 to 30 times c",
     .x = "a[7] b[7]",
     .y = "y[7]",
     .run = any_run,
     .plain = between_plain,
     .draw = draw_between},
    {.name = "distances tiny beside c",
     .x = "a[7] b[7]",
     .y = "y[7]",
     .run = tiny_run,
     .plain = tiny_plain,
     .draw = draw_tiny},
    {.name = "distances whose square overflows",
     .x = "a[2] b[2]",
     .y = "y[2]",
     .run = pair_run,
     .plain = huge_plain,
     .draw = draw_huge,
     .forward_only = true},
    {.name = "slopes where the square overflows",
     .x = "a[2] b[2]",
     .y = "da[2] db[2]",
     .run = huge_slopes_run,
     .plain = huge_slopes_plain,
     .draw = draw_huge,
     .forward_only = true},
    {.name = "distances of the size of c = 1e200, in units of c",
     .x = "a[7] b[7]",
     .y = "y[7] da[7] db[7]",
     .run = alike_run,
     .plain = alike_plain,
     .forward_only = true},
    {.name = "distances of 1e6 to 1e-12 beside c = 1e8, scaled",
     .x = "a[7] b[7]",
     .y = "y[7] da[7] db[7]",
     .run = sizes_run,
     .plain = sizes_plain,
     .draw = draw_sizes,
     .forward_only = true},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
