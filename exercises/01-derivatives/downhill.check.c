/* The check of 01-derivatives/downhill: the lesson's first step, its two walks, valleys of any
 * width and place, and no step at all. Where a walk stands is held to the digit, not only where it
 * ends. */
#include "downhill.h"

#include "../learn/check.h"

/* ---- the lesson's curve, x^4 - 3x^2 + x ---- */

static real curve_slope(real x, const void *context)
{
    (void)context;
    return 4 * x * x * x - 6 * x + 1;
}

static const size_t lengths[3] = {1, 2, 60};

/* x holds the start and the rate. */
static void curve_run(Trial *trial)
{
    for (size_t k = 0; k < 3; k++)
        trial->y[k] = (double)downhill(curve_slope, NULL, (real)trial->x[0], (real)trial->x[1],
                                       lengths[k]);
}
static void curve_plain(const double *x, double *y)
{
    double place = x[0];
    size_t next = 0;
    for (size_t step = 1; step <= 60; step++) {
        place = place + x[1] * (place * (6 - 4 * place * place) - 1);
        if (step == lengths[next])
            y[next++] = place;
    }
}
static void draw_lesson(Random *random, double *x)
{
    (void)random;
    x[0] = 2;
    x[1] = 0.03;
}
static void draw_curve(Random *random, double *x)
{
    x[0] = (random_below(random, 2) == 0 ? -1 : 1) * (0.5 + random_uniform(random));
    x[1] = 0.01 + 0.02 * random_uniform(random);
}

/* ---- valleys a (x - m)^2: x holds the start, the rate, a and m ---- */

static real valley_slope(real x, const void *context)
{
    const double *valley = context;
    return (real)(2 * valley[0] * ((double)x - valley[1]));
}
static void valley_run(Trial *trial)
{
    for (size_t steps = 0; steps < 4; steps++)
        trial->y[steps] = (double)downhill(valley_slope, trial->x + 2, (real)trial->x[0],
                                           (real)trial->x[1], steps);
}
/* Each step multiplies the distance to m by 1 - 2 a rate. */
static void valley_plain(const double *x, double *y)
{
    double factor = 1 - 2 * x[2] * x[1];
    for (int steps = 0; steps < 4; steps++)
        y[steps] = x[3] + pow(factor, steps) * (x[0] - x[3]);
}
static void draw_valley(Random *random, double *x)
{
    x[0] = random_normal(random);
    x[1] = 0.05 + 0.2 * random_uniform(random);
    x[2] = 0.5 + random_uniform(random);
    x[3] = x[0] + 1 + random_uniform(random);
}

const Case check_cases[] = {
    {.name = "x^4 - 3x^2 + x from 2, rate 0.03",
     .x = "start rate",
     .y = "place1 place2 place60",
     .run = curve_run,
     .plain = curve_plain,
     .draw = draw_lesson,
     .forward_only = true},
    {.name = "x^4 - 3x^2 + x from elsewhere",
     .x = "start rate",
     .y = "place1 place2 place60",
     .run = curve_run,
     .plain = curve_plain,
     .draw = draw_curve,
     .forward_only = true},
    {.name = "a(x - m)^2",
     .x = "start rate a m",
     .y = "place0 place1 place2 place3",
     .run = valley_run,
     .plain = valley_plain,
     .draw = draw_valley,
     .forward_only = true},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
