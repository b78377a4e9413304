/* The check of 01-derivatives/dual-sqrt: sqrt and tanh by hand and alone, of arguments whose own
 * slope is not 1, where e^a is infinite, and each inside the other. A value and a slope go in for
 * each argument, a value and a slope come out. */
#include "dual-sqrt.h"

#include "../learn/check.h"

static void keep(Trial *trial, Dual result)
{
    trial->y[0] = (double)result.value;
    trial->y[1] = (double)result.slope;
}
static Dual argument(const Trial *trial, size_t k)
{
    return dual_make((real)trial->x[2 * k], (real)trial->x[2 * k + 1]);
}

static void root_run(Trial *trial) { keep(trial, dual_sqrt(argument(trial, 0))); }
static void root_plain(const double *x, double *y)
{
    y[0] = pow(x[0], 0.5);
    y[1] = x[1] * 0.5 * pow(x[0], -0.5);
}

/* tanh from what e^-2a lacks of 1, for positive a; its slope from the hyperbolic cosine. */
static void curve_run(Trial *trial) { keep(trial, dual_tanh(argument(trial, 0))); }
static void curve_plain(const double *x, double *y)
{
    double lack = expm1(-2 * fabs(x[0])), half = cosh(x[0]);
    y[0] = copysign(-lack / (2 + lack), x[0]);
    y[1] = x[1] / half / half;
}

/* sqrt(2 + tanh(ab)) + tanh(sqrt(aa + 1)): what goes in is itself a result. */
static void both_run(Trial *trial)
{
    Dual one = dual_make(1, 0), two = dual_make(2, 0), a = argument(trial, 0);
    Dual outer = dual_sqrt(dual_add(two, dual_tanh(dual_mul(a, argument(trial, 1)))));
    keep(trial, dual_add(outer, dual_tanh(dual_sqrt(dual_add(dual_mul(a, a), one)))));
}
/* The slope from both partial derivatives, with hyperbolic cosines. */
static void both_plain(const double *x, double *y)
{
    double a = x[0], b = x[2], outer = hypot(1, sqrt(1 + tanh(a * b))), inner = hypot(a, 1);
    double first = 1 / (2 * outer * cosh(a * b) * cosh(a * b));
    double second = a / (inner * cosh(inner) * cosh(inner));
    y[0] = outer + tanh(inner);
    y[1] = (first * b + second) * x[1] + first * a * x[3];
}

static void draw_nine(Random *random, double *x)
{
    (void)random;
    x[0] = 9;
    x[1] = 6;
}
static void draw_positive(Random *random, double *x)
{
    x[0] = 0.25 + 4 * random_uniform(random);
    x[1] = random_normal(random);
}
static void draw_zero(Random *random, double *x)
{
    (void)random;
    x[0] = 0;
    x[1] = 1;
}
static void draw_far(Random *random, double *x)
{
    x[0] = (random_below(random, 2) == 0 ? -1 : 1) * 800.0;
    x[1] = 1;
}
static void draw_two(Random *random, double *x)
{
    x[0] = 0.25 + random_uniform(random);
    x[1] = random_normal(random);
    x[2] = 2 * random_uniform(random) - 1;
    x[3] = random_normal(random);
}

const Case check_cases[] = {
    {.name = "dual_sqrt of 9 + 6 eps",
     .x = "a.value a.slope",
     .y = "value slope",
     .run = root_run,
     .plain = root_plain,
     .draw = draw_nine,
     .forward_only = true},
    {.name = "dual_sqrt",
     .x = "a.value a.slope",
     .y = "value slope",
     .run = root_run,
     .plain = root_plain,
     .draw = draw_positive,
     .forward_only = true},
    {.name = "dual_tanh of 0 + 1 eps",
     .x = "a.value a.slope",
     .y = "value slope",
     .run = curve_run,
     .plain = curve_plain,
     .draw = draw_zero,
     .forward_only = true},
    {.name = "dual_tanh",
     .x = "a.value a.slope",
     .y = "value slope",
     .run = curve_run,
     .plain = curve_plain,
     .forward_only = true},
    {.name = "dual_tanh far out",
     .x = "a.value a.slope",
     .y = "value slope",
     .run = curve_run,
     .plain = curve_plain,
     .draw = draw_far,
     .forward_only = true},
    {.name = "sqrt(2 + tanh(ab)) + tanh(sqrt(aa + 1))",
     .x = "a.value a.slope b.value b.slope",
     .y = "value slope",
     .run = both_run,
     .plain = both_plain,
     .draw = draw_two,
     .forward_only = true},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
