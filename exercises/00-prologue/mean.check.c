/* The check of 00-prologue/mean: by hand, one number alone, and some more. */
#include "mean.h"

#include "../learn/check.h"

static void draw_worked(Random *random, double *x)
{
    (void)random;
    x[0] = 1;
    x[1] = 3;
    x[2] = 5;
    x[3] = 7;
}

/* What stands there before is no number that a sum could begin with, and no NaN either: that is what memory
 * begins as which a student's own code never wrote. */
static void run(Trial *trial, size_t count)
{
    trial->y[0] = HUGE_VAL;
    mean(trial->x, count, &trial->y[0]);
}
static void run_1(Trial *trial) { run(trial, 1); }
static void run_4(Trial *trial) { run(trial, 4); }
static void run_7(Trial *trial) { run(trial, 7); }

/* Another way: each number moves the mean of those before it by its share. */
static void plain(const double *x, double *y, size_t count)
{
    y[0] = x[0];
    for (size_t i = 1; i < count; i++)
        y[0] += (x[i] - y[0]) / (double)(i + 1);
}
static void plain_1(const double *x, double *y) { plain(x, y, 1); }
static void plain_4(const double *x, double *y) { plain(x, y, 4); }
static void plain_7(const double *x, double *y) { plain(x, y, 7); }

const Case check_cases[] = {
    {.name = "1, 3, 5, 7",
     .x = "x[4]",
     .y = "mean",
     .run = run_4,
     .plain = plain_4,
     .draw = draw_worked,
     .forward_only = true},
    {.name = "one number",
     .x = "x[1]",
     .y = "mean",
     .run = run_1,
     .plain = plain_1,
     .forward_only = true},
    {.name = "seven numbers",
     .x = "x[7]",
     .y = "mean",
     .run = run_7,
     .plain = plain_7,
     .forward_only = true},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
