/* The check of 00-prologue/difference-of-roots: one x at a time, from 0 to 1e300. The measure of
 * other checks takes what is below 0.001 for 0.001; here the answer's own size counts, however
 * small it is. */
#include "difference-of-roots.h"

#include "../learn/check.h"

static void run(Trial *trial) { trial->y[0] = difference_of_roots(trial->x[0]); }

#ifndef CHECK_BLIND
#include <stdio.h>

/* Another way: where sqrt(x) is the cotangent of an angle, it is the tangent of half that angle. */
static const char *judge(const double *x, const double *y)
{
    static char text[150];
    double right = tan(atan2(1, sqrt(x[0])) / 2), error = fabs(y[0] - right) / right;
    if (error <= 1e-13)
        return NULL;
    snprintf(text, sizeof text,
             "at x = %.13g: yours %.13g, right %.13g; relative error %.1e, allowed 1e-13", x[0],
             y[0], right, error);
    return text;
}
#endif

static void draw_zero(Random *random, double *x)
{
    (void)random;
    x[0] = 0;
}
static void draw_three(Random *random, double *x)
{
    (void)random;
    x[0] = 3;
}
static void draw_small(Random *random, double *x) { x[0] = random_uniform(random); }
static void draw_thousand(Random *random, double *x)
{
    x[0] = 1000 * (0.1 + random_uniform(random));
}
static void draw_8(Random *random, double *x) { x[0] = 1e8 * (0.1 + random_uniform(random)); }
static void draw_13(Random *random, double *x) { x[0] = 1e13 * (0.1 + random_uniform(random)); }
static void draw_20(Random *random, double *x) { x[0] = 1e20 * (0.1 + random_uniform(random)); }
static void draw_300(Random *random, double *x) { x[0] = 1e299 * (1 + 9 * random_uniform(random)); }

const Case check_cases[] = {
    {.name = "x = 0", .x = "x", .y = "y", .run = run, .judge = judge, .draw = draw_zero},
    {.name = "x = 3", .x = "x", .y = "y", .run = run, .judge = judge, .draw = draw_three},
    {.name = "x below 1", .x = "x", .y = "y", .run = run, .judge = judge, .draw = draw_small},
    {.name = "x near 1e3", .x = "x", .y = "y", .run = run, .judge = judge, .draw = draw_thousand},
    {.name = "x near 1e8", .x = "x", .y = "y", .run = run, .judge = judge, .draw = draw_8},
    {.name = "x near 1e13", .x = "x", .y = "y", .run = run, .judge = judge, .draw = draw_13},
    {.name = "x near 1e20", .x = "x", .y = "y", .run = run, .judge = judge, .draw = draw_20},
    {.name = "x up to 1e300", .x = "x", .y = "y", .run = run, .judge = judge, .draw = draw_300},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
