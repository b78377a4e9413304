/* The check of 03-gradcheck/error: large and small pairs, signs, zeros, a NaN among right ones, and
 * pairs of which the quotient is no number. */
#include "check.h"
#include "measure.h"

enum { PAIRS = 4 };

static void draw_worked(Random *random, double *x)
{
    (void)random;
    x[0] = 2e6;
    x[1] = 2e6 + 2;
}
static void draw_signs(Random *random, double *x)
{
    x[0] = 1 + random_uniform(random);
    x[1] = -x[0] * (0.25 + 0.5 * random_uniform(random));
}
static void draw_zero(Random *random, double *x)
{
    (void)random;
    x[0] = x[1] = 0;
}

/* Pairs of one sign, the second up to twice the first, in sizes of about `size`. */
static void draw_pairs(Random *random, double *x, double size)
{
    for (int i = 0; i < PAIRS; i++) {
        double first = (0.25 + random_uniform(random)) * (random_bits(random) & 1 ? size : -size);
        double ratio = 1.25 + 0.75 * random_uniform(random);
        x[i] = i % 2 == 0 ? first : first * ratio;
        x[PAIRS + i] = i % 2 == 0 ? first * ratio : first;
    }
}
static void draw_large(Random *random, double *x) { draw_pairs(random, x, 1e6); }
static void draw_usual(Random *random, double *x) { draw_pairs(random, x, 1); }
static void draw_small(Random *random, double *x) { draw_pairs(random, x, 3e-4); }

static double plain_of(double a, double n)
{
    double size = 1e-3, apart = a > n ? a - n : n - a;
    const double sizes[] = {a, -a, n, -n};
    for (int i = 0; i < 4; i++)
        size = sizes[i] > size ? sizes[i] : size;
    return apart / size;
}

static void one_run(Trial *trial) { trial->y[0] = error_of(trial->x[0], trial->x[1]); }
static void one_plain(const double *x, double *y) { y[0] = plain_of(x[0], x[1]); }

static void pairs_run(Trial *trial)
{
    for (int i = 0; i < PAIRS; i++)
        trial->y[i] = error_of(trial->x[i], trial->x[PAIRS + i]);
}
static void pairs_plain(const double *x, double *y)
{
    for (int i = 0; i < PAIRS; i++)
        y[i] = plain_of(x[i], x[PAIRS + i]);
}

/* A checker's loop over three derivatives, the second of which is NaN on one side or the other: is
 * the worst of them within 1e-8? */
static void nan_run(Trial *trial)
{
    for (int side = 0; side < 2; side++) {
        double worst = 0;
        for (int i = 0; i < 3; i++) {
            bool lost = i == 1;
            double a = lost && side == 0 ? (double)NAN : trial->x[i];
            double n = lost && side == 1 ? (double)NAN : trial->x[i];
            double error = error_of(a, n);
            if (error > worst)
                worst = error;
        }
        trial->y[side] = worst <= 1e-8;
    }
}
static void nan_plain(const double *x, double *y)
{
    (void)x;
    y[0] = y[1] = 0;
}

/* Infinite for each, which 1 says. */
static void lost_run(Trial *trial)
{
    const double inf = (double)INFINITY, nothing = (double)NAN, x = trial->x[0];
    const double pairs[5][2] = {{inf, x}, {x, -inf}, {inf, inf}, {nothing, x}, {x, nothing}};
    for (int i = 0; i < 5; i++)
        trial->y[i] = error_of(pairs[i][0], pairs[i][1]) > 1e300;
}
static void lost_plain(const double *x, double *y)
{
    (void)x;
    for (int i = 0; i < 5; i++)
        y[i] = 1;
}

const Case check_cases[] = {
    {.name = "2000000 against 2000002",
     .x = "a n",
     .y = "error",
     .run = one_run,
     .plain = one_plain,
     .draw = draw_worked,
     .forward_only = true},
    {.name = "numbers about 1",
     .x = "a[4] n[4]",
     .y = "error[4]",
     .run = pairs_run,
     .plain = pairs_plain,
     .draw = draw_usual,
     .forward_only = true},
    {.name = "numbers about a million",
     .x = "a[4] n[4]",
     .y = "error[4]",
     .run = pairs_run,
     .plain = pairs_plain,
     .draw = draw_large,
     .forward_only = true},
    {.name = "numbers below the floor",
     .x = "a[4] n[4]",
     .y = "error[4]",
     .run = pairs_run,
     .plain = pairs_plain,
     .draw = draw_small,
     .forward_only = true},
    {.name = "of opposite signs",
     .x = "a n",
     .y = "error",
     .run = one_run,
     .plain = one_plain,
     .draw = draw_signs,
     .forward_only = true},
    {.name = "0 against 0",
     .x = "a n",
     .y = "error",
     .run = one_run,
     .plain = one_plain,
     .draw = draw_zero,
     .forward_only = true},
    {.name = "the worst of three, one of them NaN",
     .x = "x[3]",
     .y = "passes[2]",
     .run = nan_run,
     .plain = nan_plain,
     .forward_only = true},
    {.name = "no number: 1 is infinite",
     .x = "x",
     .y = "inf_x x_minus_inf inf_inf nan_x x_nan",
     .run = lost_run,
     .plain = lost_plain,
     .forward_only = true},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
