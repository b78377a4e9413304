/* The check of 00-prologue/difference-of-roots: from x = 0 to 1e300. What is compared is the
 * student's number times sqrt(x) + 1, which lies between 0.5 and 1 for every x, so that 13 digits
 * are asked for where the number itself is tiny. */
#include "difference-of-roots.h"

#include "../learn/check.h"

enum { SMALL = 3, WIDE = 5 };

static void run(Trial *trial, size_t count)
{
    for (size_t i = 0; i < count; i++)
        trial->y[i] = (sqrt(trial->x[i]) + 1) * difference_of_roots(trial->x[i]);
}

/* Another way: where sqrt(x) is the cotangent of an angle, it is the tangent of half that angle. */
static void plain(const double *x, double *y, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        double root = sqrt(x[i]);
        y[i] = (root + 1) * tan(atan2(1, root) / 2);
    }
}

static void draw_small(Random *random, double *x)
{
    x[0] = 0;
    x[1] = 3;
    x[2] = random_uniform(random);
}
static void run_small(Trial *trial) { run(trial, SMALL); }
static void plain_small(const double *x, double *y) { plain(x, y, SMALL); }

static void draw_wide(Random *random, double *x)
{
    static const double powers[WIDE] = {3, 8, 13, 20, 300};
    for (size_t i = 0; i < WIDE; i++)
        x[i] = pow(10, powers[i] - random_uniform(random));
}
static void run_wide(Trial *trial) { run(trial, WIDE); }
static void plain_wide(const double *x, double *y) { plain(x, y, WIDE); }

const Case check_cases[] = {
    {.name = "x of 0, 3 and below 1",
     .x = "x[3]",
     .y = "answer*(sqrt(x)+1)[3]",
     .run = run_small,
     .plain = plain_small,
     .draw = draw_small,
     .forward_only = true,
     .forward_tolerance = 1e-13},
    {.name = "x near 1e3, 1e8, 1e13, 1e20, 1e300",
     .x = "x[5]",
     .y = "answer*(sqrt(x)+1)[5]",
     .run = run_wide,
     .plain = plain_wide,
     .draw = draw_wide,
     .forward_only = true,
     .forward_tolerance = 1e-13},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
