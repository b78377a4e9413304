/* The check of 01-derivatives/product: by hand, at random, with one 0 and with two among the
 * factors, with as many as there may be, and a product of a single number. */
#include "product.h"

#include "../learn/check.h"

_Static_assert(PRODUCT_MOST == 16, "a case below says 16");

static void forward(const real *x, real *y, size_t count)
{
    y[0] = 1;
    for (size_t i = 0; i < count; i++)
        y[0] *= x[i];
}
static void forward_1(const real *x, real *y) { forward(x, y, 1); }
static void forward_3(const real *x, real *y) { forward(x, y, 3); }
static void forward_5(const real *x, real *y) { forward(x, y, 5); }
static void forward_7(const real *x, real *y) { forward(x, y, 7); }
static void forward_most(const real *x, real *y) { forward(x, y, PRODUCT_MOST); }

static void vjp_1(const real *x, const real *dy, real *dx) { product_vjp(x, 1, dy[0], dx); }
static void vjp_3(const real *x, const real *dy, real *dx) { product_vjp(x, 3, dy[0], dx); }
static void vjp_5(const real *x, const real *dy, real *dx) { product_vjp(x, 5, dy[0], dx); }
static void vjp_7(const real *x, const real *dy, real *dx) { product_vjp(x, 7, dy[0], dx); }
static void vjp_most(const real *x, const real *dy, real *dx)
{
    product_vjp(x, PRODUCT_MOST, dy[0], dx);
}

static void run_1(Trial *trial) { check_vjp(trial, forward_1, vjp_1); }
static void run_3(Trial *trial) { check_vjp(trial, forward_3, vjp_3); }
static void run_5(Trial *trial) { check_vjp(trial, forward_5, vjp_5); }
static void run_7(Trial *trial) { check_vjp(trial, forward_7, vjp_7); }
static void run_most(Trial *trial) { check_vjp(trial, forward_most, vjp_most); }

/* From the other end. */
static void plain(const double *x, double *y, size_t count)
{
    y[0] = x[count - 1];
    for (size_t i = count - 1; i-- > 0;)
        y[0] = x[i] * y[0];
}
static void plain_1(const double *x, double *y) { plain(x, y, 1); }
static void plain_3(const double *x, double *y) { plain(x, y, 3); }
static void plain_5(const double *x, double *y) { plain(x, y, 5); }
static void plain_7(const double *x, double *y) { plain(x, y, 7); }
static void plain_most(const double *x, double *y) { plain(x, y, PRODUCT_MOST); }

/* By hand: x and dy go in, dx comes out, added to 0. */
static void run_worked(Trial *trial)
{
    for (size_t i = 0; i < 3; i++)
        trial->y[i] = 0;
    product_vjp(trial->x, 3, (real)trial->x[3], trial->y);
}
static void plain_worked(const double *x, double *dx)
{
    for (size_t i = 0; i < 3; i++)
        dx[i] = x[3] * x[(i + 1) % 3] * x[(i + 2) % 3];
}
static void draw_worked(Random *random, double *x)
{
    (void)random;
    static const double worked[] = {2, 3, 5, 1};
    for (size_t i = 0; i < 4; i++)
        x[i] = worked[i];
}
static void draw_worked_zero(Random *random, double *x)
{
    draw_worked(random, x);
    x[1] = 0;
}
/* Away from 0, so that a 0 is one that was put there. */
static void draw_factors(Random *random, double *x, size_t count)
{
    for (size_t i = 0; i < count; i++)
        x[i] = (random_below(random, 2) == 0 ? -1 : 1) * (0.5 + random_uniform(random));
}
static void draw_seven(Random *random, double *x) { draw_factors(random, x, 7); }
static void draw_most(Random *random, double *x) { draw_factors(random, x, PRODUCT_MOST); }
static void draw_one_zero(Random *random, double *x)
{
    draw_factors(random, x, 5);
    x[random_below(random, 5)] = 0;
}
static void draw_two_zeros(Random *random, double *x)
{
    draw_factors(random, x, 5);
    x[random_below(random, 2)] = 0;
    x[2 + random_below(random, 3)] = 0;
}

const Case check_cases[] = {
    {.name = "2 * 3 * 5, dy = 1, by hand",
     .x = "x[3] dy",
     .y = "dx[3]",
     .run = run_worked,
     .plain = plain_worked,
     .draw = draw_worked,
     .forward_only = true},
    {.name = "2 * 0 * 5, dy = 1, by hand",
     .x = "x[3] dy",
     .y = "dx[3]",
     .run = run_worked,
     .plain = plain_worked,
     .draw = draw_worked_zero,
     .forward_only = true},
    {.name = "three factors", .x = "x[3]", .y = "y", .run = run_3, .plain = plain_3},
    {.name = "seven factors",
     .x = "x[7]",
     .y = "y",
     .run = run_7,
     .plain = plain_7,
     .draw = draw_seven},
    {.name = "five factors, one of them 0",
     .x = "x[5]",
     .y = "y",
     .run = run_5,
     .plain = plain_5,
     .draw = draw_one_zero},
    {.name = "five factors, two of them 0",
     .x = "x[5]",
     .y = "y",
     .run = run_5,
     .plain = plain_5,
     .draw = draw_two_zeros},
    {.name = "as many factors as there may be",
     .x = "x[16]",
     .y = "y",
     .run = run_most,
     .plain = plain_most,
     .draw = draw_most},
    {.name = "a product of one number", .x = "x[1]", .y = "y", .run = run_1, .plain = plain_1},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
