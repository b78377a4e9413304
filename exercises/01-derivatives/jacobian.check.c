/* The check of 01-derivatives/jacobian: at (2, 3), at random places, and where x[0] and x[1] both
 * move with one number. */
#include "jacobian.h"

#include "../learn/check.h"

static void pair(const real *x, real *y)
{
    y[0] = x[0] * x[1];
    y[1] = x[0] + x[1] * x[1];
}
static void pair_plain(const double *x, double *y)
{
    y[0] = ((x[0] + x[1]) * (x[0] + x[1]) - (x[0] - x[1]) * (x[0] - x[1])) / 4;
    y[1] = x[1] * x[1] + x[0];
}
static void pair_run(Trial *trial) { check_vjp(trial, pair, pair_vjp); }

static void draw_worked(Random *random, double *x)
{
    (void)random;
    x[0] = 2;
    x[1] = 3;
}

/* One number t goes in as x[0] and as x[1]: both shares belong to it. */
static void diagonal(const real *t, real *y)
{
    const real x[2] = {t[0], t[0]};
    pair(x, y);
}
static void diagonal_vjp(const real *t, const real *dy, real *dt)
{
    const real x[2] = {t[0], t[0]};
    real dx[2] = {dt[0], 0};
    pair_vjp(x, dy, dx);
    dt[0] = dx[0] + dx[1];
}
static void diagonal_plain(const double *t, double *y)
{
    y[0] = t[0] * t[0];
    y[1] = t[0] * (1 + t[0]);
}
static void diagonal_run(Trial *trial) { check_vjp(trial, diagonal, diagonal_vjp); }

const Case check_cases[] = {
    {.name = "at (2, 3)",
     .x = "x[2]",
     .y = "y[2]",
     .run = pair_run,
     .plain = pair_plain,
     .draw = draw_worked},
    {.name = "anywhere", .x = "x[2]", .y = "y[2]", .run = pair_run, .plain = pair_plain},
    {.name = "x[0] = x[1] = t",
     .x = "t",
     .y = "y[2]",
     .run = diagonal_run,
     .plain = diagonal_plain},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
