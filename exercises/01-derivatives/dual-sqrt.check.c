/* The check of 01-derivatives/dual-sqrt: sqrt and tanh by hand and alone, each inside the other,
 * and of two inputs, one pass for each. The slopes that come out are held to measured ones. */
#include "dual-sqrt.h"

#include "../learn/check.h"

typedef Dual (*DualFunction)(const Dual *x);

static real value_at(DualFunction f, const real *x, size_t count)
{
    Dual in[2] = {dual_make(0, 0), dual_make(0, 0)};
    for (size_t k = 0; k < count; k++)
        in[k] = dual_make(x[k], 0);
    return f(in).value;
}

/* Forward mode: a pass for each input. */
static void slopes_at(DualFunction f, const real *x, size_t count, const real *dy, real *dx)
{
    for (size_t i = 0; i < count; i++) {
        Dual in[2] = {dual_make(0, 0), dual_make(0, 0)};
        for (size_t k = 0; k < count; k++)
            in[k] = dual_make(x[k], k == i);
        dx[i] += dy[0] * f(in).slope;
    }
}

static Dual root(const Dual *x) { return dual_sqrt(x[0]); }
static void root_forward(const real *x, real *y) { y[0] = value_at(root, x, 1); }
static void root_vjp(const real *x, const real *dy, real *dx) { slopes_at(root, x, 1, dy, dx); }
static void root_run(Trial *trial) { check_vjp(trial, root_forward, root_vjp); }
static void root_plain(const double *x, double *y) { y[0] = pow(x[0], 0.5); }

static Dual curve(const Dual *x) { return dual_tanh(x[0]); }
static void curve_forward(const real *x, real *y) { y[0] = value_at(curve, x, 1); }
static void curve_vjp(const real *x, const real *dy, real *dx) { slopes_at(curve, x, 1, dy, dx); }
static void curve_run(Trial *trial) { check_vjp(trial, curve_forward, curve_vjp); }
static void curve_plain(const double *x, double *y)
{
    double up = exp(x[0]), down = exp(-x[0]);
    y[0] = (up - down) / (up + down);
}

/* sqrt(2 + tanh(x0 x1)) + tanh(sqrt(x0 x0 + 1)): each one's argument has a slope that is not 1. */
static Dual both(const Dual *x)
{
    Dual one = dual_make(1, 0), two = dual_make(2, 0);
    Dual outer = dual_sqrt(dual_add(two, dual_tanh(dual_mul(x[0], x[1]))));
    return dual_add(outer, dual_tanh(dual_sqrt(dual_add(dual_mul(x[0], x[0]), one))));
}
static void both_forward(const real *x, real *y) { y[0] = value_at(both, x, 2); }
static void both_vjp(const real *x, const real *dy, real *dx) { slopes_at(both, x, 2, dy, dx); }
static void both_run(Trial *trial) { check_vjp(trial, both_forward, both_vjp); }
static void both_plain(const double *x, double *y)
{
    y[0] = hypot(1, sqrt(1 + tanh(x[0] * x[1]))) + tanh(hypot(x[0], 1));
}

static void draw_nine(Random *random, double *x)
{
    (void)random;
    x[0] = 9;
}
static void draw_positive(Random *random, double *x) { x[0] = 0.25 + 4 * random_uniform(random); }
static void draw_zero(Random *random, double *x)
{
    (void)random;
    x[0] = 0;
}
static void draw_two(Random *random, double *x)
{
    x[0] = 0.25 + random_uniform(random);
    x[1] = 2 * random_uniform(random) - 1;
}

const Case check_cases[] = {
    {.name = "sqrt at 9",
     .x = "x",
     .y = "y",
     .run = root_run,
     .plain = root_plain,
     .draw = draw_nine},
    {.name = "sqrt",
     .x = "x",
     .y = "y",
     .run = root_run,
     .plain = root_plain,
     .draw = draw_positive},
    {.name = "tanh at 0",
     .x = "x",
     .y = "y",
     .run = curve_run,
     .plain = curve_plain,
     .draw = draw_zero},
    {.name = "tanh", .x = "x", .y = "y", .run = curve_run, .plain = curve_plain},
    {.name = "sqrt(2 + tanh(ab)) + tanh(sqrt(aa + 1))",
     .x = "a b",
     .y = "y",
     .run = both_run,
     .plain = both_plain,
     .draw = draw_two},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
