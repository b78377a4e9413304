/* The check of 01-derivatives/five-point: the lesson's polynomial; others of degree 4, for which
 * the formula is exact at every h; x^5, where it misses by 4 h^4, no more and no less; and e^x. */
#include "../learn/check.h"

/* c[0] + c[1] t + ... + c[4] t^4. */
static real quartic(real t, const void *context)
{
    const double *c = context;
    return (real)((((c[4] * (double)t + c[3]) * (double)t + c[2]) * (double)t + c[1]) * (double)t +
                  c[0]);
}
static real fifth_power(real t, const void *context)
{
    (void)context;
    return t * t * t * t * t;
}
static real exponential(real t, const void *context)
{
    (void)context;
    return exp(t);
}

/* x holds the place, the step and maybe the coefficients. */
static void measure(Trial *trial, Function f)
{
    trial->y[0] = (double)difference_five_point(f, trial->x + 2, (real)trial->x[0],
                                                (real)trial->x[1]);
}
static void run_quartic(Trial *trial) { measure(trial, quartic); }
static void run_fifth_power(Trial *trial) { measure(trial, fifth_power); }
static void run_exponential(Trial *trial) { measure(trial, exponential); }

static void plain_quartic(const double *x, double *y)
{
    const double t = x[0], *c = x + 2;
    y[0] = c[1] + 2 * c[2] * t + 3 * c[3] * t * t + 4 * c[4] * t * t * t;
}
static void plain_fifth_power(const double *x, double *y)
{
    double square = x[0] * x[0], step = x[1] * x[1];
    y[0] = 5 * square * square - 4 * step * step;
}
static void plain_exponential(const double *x, double *y) { y[0] = exp(x[0]); }

/* x^4 - 2x^3 + 3x^2 - x at 2 with h = 1: 19. */
static void draw_worked(Random *random, double *x)
{
    (void)random;
    static const double worked[] = {2, 1, 0, -1, 3, -2, 1};
    for (size_t i = 0; i < 7; i++)
        x[i] = worked[i];
}
static void draw_wide(Random *random, double *x)
{
    x[0] = 3 * random_uniform(random) - 1.5;
    x[1] = 0.25 + 0.25 * random_uniform(random);
}
static void draw_quartic(Random *random, double *x)
{
    draw_wide(random, x);
    for (size_t i = 2; i < 7; i++)
        x[i] = random_normal(random);
}
static void draw_usual(Random *random, double *x)
{
    x[0] = 2 * random_uniform(random) - 1;
    x[1] = 0x1p-10;
}

const Case check_cases[] = {
    {.name = "x^4 - 2x^3 + 3x^2 - x at 2, h = 1",
     .x = "x h c[5]",
     .y = "slope",
     .run = run_quartic,
     .plain = plain_quartic,
     .draw = draw_worked,
     .forward_only = true},
    {.name = "a polynomial of degree 4",
     .x = "x h c[5]",
     .y = "slope",
     .run = run_quartic,
     .plain = plain_quartic,
     .draw = draw_quartic,
     .forward_only = true},
    {.name = "x^5, missed by 4h^4",
     .x = "x h",
     .y = "slope",
     .run = run_fifth_power,
     .plain = plain_fifth_power,
     .draw = draw_wide,
     .forward_only = true},
    {.name = "e^x, h = 2^-10",
     .x = "x h",
     .y = "slope",
     .run = run_exponential,
     .plain = plain_exponential,
     .draw = draw_usual,
     .forward_only = true},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
