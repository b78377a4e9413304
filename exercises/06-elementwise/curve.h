/* curve: what the checks of this chapter's curves have in common: an array, the curve used twice, places
 * far out where what is left of a value or of a slope is small and not yet nothing, and farther out. A
 * check defines the two functions below; `plain_of` is the curve written another way. */
#ifndef WENGERT_CURVE_H
#define WENGERT_CURVE_H

#include "check.h"
#include "ops/ops.h"

static Tensor *curve(Tensor *x);
static double plain_of(double x);

static Tensor *once(Tensor *const *x) { return curve(x[0]); }
static void once_run(Trial *trial) { check_tensors(trial, once); }
static void array_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 15; i++)
        y[i] = plain_of(x[i]);
}

/* Used twice, and with something above that is no plain sum. */
static Tensor *twice(Tensor *const *x)
{
    Tensor *y = curve(x[0]);
    return tensor_add(tensor_mul(y, x[0]), curve(tensor_scale(x[0], -2)));
}
static void twice_run(Trial *trial) { check_tensors(trial, twice); }
static void twice_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 7; i++)
        y[i] = plain_of(x[i]) * x[i] + plain_of(-2 * x[i]);
}

/* From 4 to 30 on one side. */
static void draw_tail(Random *random, double *x, size_t count, double side)
{
    const double edges[8] = {4, 5, 6, 8, 12, 16, 20, 30};
    for (size_t i = 0; i < count; i++) {
        double low = edges[i % 7], high = edges[i % 7 + 1];
        x[i] = side * (low + (high - low) * random_uniform(random));
    }
}
static void draw_left(Random *random, double *x) { draw_tail(random, x, 105, -1); }
static void draw_right(Random *random, double *x) { draw_tail(random, x, 7, 1); }
static void left_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 105; i++)
        y[i] = plain_of(x[i]);
}
static void right_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 7; i++)
        y[i] = plain_of(x[i]);
}

static void far_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 3; i++)
        y[i] = plain_of(x[i]);
}
static void draw_far(Random *random, double *x)
{
    x[0] = 1000 + 100 * random_uniform(random);
    x[1] = -1000 - 100 * random_uniform(random);
    x[2] = 20 + random_uniform(random);
}

#endif
