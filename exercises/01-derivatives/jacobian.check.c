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

/* By hand: x and dy go in, dx comes out, added to 0. */
static void worked_run(Trial *trial)
{
    trial->y[0] = trial->y[1] = 0;
    pair_vjp(trial->x, trial->x + 2, trial->y);
}
static double worked_loss(double a, double b, const double *dy)
{
    return dy[0] * a * b + dy[1] * (a + b * b);
}
/* For a square the central difference is exact. */
static void worked_plain(const double *x, double *dx)
{
    dx[0] = (worked_loss(x[0] + 1, x[1], x + 2) - worked_loss(x[0] - 1, x[1], x + 2)) / 2;
    dx[1] = (worked_loss(x[0], x[1] + 1, x + 2) - worked_loss(x[0], x[1] - 1, x + 2)) / 2;
}
static void worked_draw(Random *random, double *x)
{
    (void)random;
    static const double worked[] = {2, 3, 1, -1};
    for (size_t i = 0; i < 4; i++)
        x[i] = worked[i];
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
    {.name = "at (2, 3) with dy = (1, -1), by hand",
     .x = "x[2] dy[2]",
     .y = "dx[2]",
     .run = worked_run,
     .plain = worked_plain,
     .draw = worked_draw,
     .forward_only = true},
    {.name = "anywhere", .x = "x[2]", .y = "y[2]", .run = pair_run, .plain = pair_plain},
    {.name = "x[0] = x[1] = t",
     .x = "t",
     .y = "y[2]",
     .run = diagonal_run,
     .plain = diagonal_plain},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
