/* The check of 03-gradcheck/checker: right gradients, which must be accepted, and wrong ones, each
 * wrong in a way of its own. An answer is 1 for accepted. */
#include "check.h"
#include "checker.h"

enum { N = 5, RIGHT = 7, WRONG = 8 };

/* ---- right ---- */

static real entry(size_t j, size_t i) { return (real)(j + 1) - 2 * (real)i; }
static void linear(const real *x, real *y)
{
    for (size_t j = 0; j < N; j++) {
        y[j] = 0;
        for (size_t i = 0; i < N; i++)
            y[j] += entry(j, i) * x[i];
    }
}
static void linear_vjp(const real *x, const real *dy, real *dx)
{
    (void)x;
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < N; j++)
            dx[i] += entry(j, i) * dy[j];
}

static void softmax(const real *x, real *y)
{
    real sum = 0;
    for (size_t j = 0; j < N; j++)
        sum += y[j] = exp(x[j]);
    for (size_t j = 0; j < N; j++)
        y[j] /= sum;
}
static void softmax_vjp(const real *x, const real *dy, real *dx)
{
    real y[N], dot = 0;
    softmax(x, y);
    for (size_t j = 0; j < N; j++)
        dot += dy[j] * y[j];
    for (size_t i = 0; i < N; i++)
        dx[i] += y[i] * (dy[i] - dot);
}

static void large(const real *x, real *y)
{
    for (size_t i = 0; i < N; i++)
        y[i] = (real)1e9 * sin(x[i]);
}
static void large_vjp(const real *x, const real *dy, real *dx)
{
    for (size_t i = 0; i < N; i++)
        dx[i] += (real)1e9 * cos(x[i]) * dy[i];
}

/* The sum of a softmax: 1, whatever x is. One output. */
static void flat(const real *x, real *y)
{
    real p[N];
    softmax(x, p);
    y[0] = 0;
    for (size_t j = 0; j < N; j++)
        y[0] += p[j];
}
static void flat_vjp(const real *x, const real *dy, real *dx)
{
    const real all[N] = {dy[0], dy[0], dy[0], dy[0], dy[0]};
    softmax_vjp(x, all, dx);
}

/* Differences of any kind but the forward one are exact here. */
static void squares(const real *x, real *y)
{
    for (size_t i = 0; i < N; i++)
        y[i] = x[i] * x[i];
}
static void squares_vjp(const real *x, const real *dy, real *dx)
{
    for (size_t i = 0; i < N; i++)
        dx[i] += 2 * x[i] * dy[i];
}

/* Each output knows a little of the next input too: enough to notice where that one is another
 * number altogether, not where it was poked and left. */
static const real WEAK = 1e-7;
static void woven(const real *x, real *y)
{
    for (size_t i = 0; i < N; i++)
        y[i] = sin(x[i]) + WEAK * x[i] * x[(i + 1) % N];
}
static void woven_vjp(const real *x, const real *dy, real *dx)
{
    for (size_t i = 0; i < N; i++) {
        dx[i] += (cos(x[i]) + WEAK * x[(i + 1) % N]) * dy[i];
        dx[(i + 1) % N] += WEAK * x[i] * dy[i];
    }
}

/* So small that even a bad step measures it, by the floor: who rejects this measures nothing. */
static const real TINY = 1e-10;
static void tiny(const real *x, real *y)
{
    for (size_t i = 0; i < N; i++)
        y[i] = TINY * x[i] * x[(i + 1) % N];
}
static void tiny_vjp(const real *x, const real *dy, real *dx)
{
    for (size_t i = 0; i < N; i++) {
        dx[i] += TINY * x[(i + 1) % N] * dy[i];
        dx[(i + 1) % N] += TINY * x[i] * dy[i];
    }
}

/* ---- wrong: slips in the backward of sin, and one in that of softmax ---- */

static void waves(const real *x, real *y)
{
    for (size_t i = 0; i < N; i++)
        y[i] = sin(x[i]);
}
static void deaf_vjp(const real *x, const real *dy, real *dx)
{
    (void)dy;
    for (size_t i = 0; i < N; i++)
        dx[i] += cos(x[i]);
}
static void mean_vjp(const real *x, const real *dy, real *dx)
{
    real y[N], mean = 0;
    softmax(x, y);
    for (size_t j = 0; j < N; j++)
        mean += dy[j] / N;
    for (size_t i = 0; i < N; i++)
        dx[i] += y[i] * (dy[i] - mean);
}
static void stores_vjp(const real *x, const real *dy, real *dx)
{
    for (size_t i = 0; i < N; i++)
        dx[i] = cos(x[i]) * dy[i];
}
static void nan_vjp(const real *x, const real *dy, real *dx)
{
    for (size_t i = 0; i < N; i++)
        dx[i] += i == 2 ? (real)NAN : cos(x[i]) * dy[i];
}
static void last_vjp(const real *x, const real *dy, real *dx)
{
    for (size_t i = 0; i < N; i++)
        dx[i] += (i == N - 1 ? sin(x[i]) : cos(x[i])) * dy[i];
}
static void first_vjp(const real *x, const real *dy, real *dx)
{
    for (size_t i = 0; i < N; i++)
        dx[i] += (i == 0 ? sin(x[i]) : cos(x[i])) * dy[i];
}
static void slight_vjp(const real *x, const real *dy, real *dx)
{
    for (size_t i = 0; i < N; i++)
        dx[i] += (real)1.00001 * cos(x[i]) * dy[i];
}

static void faint_vjp(const real *x, const real *dy, real *dx)
{
    for (size_t i = 0; i < N; i++)
        dx[i] += (real)1.0000001 * cos(x[i]) * dy[i];
}

/* ---- cases ---- */

typedef struct {
    Forward forward;
    Vjp vjp;
    size_t outputs;
} Claim;

/* Places where the curves bend and neither sin nor cos is near 0. */
static void draw_places(Random *random, double *x)
{
    for (int i = 0; i < N; i++)
        x[i] = (0.1 + 0.5 * random_uniform(random)) * (random_bits(random) & 1 ? 1 : -1);
}

/* Each claim at a place of its own: what the last call left in memory must not help. */
static void ask(Trial *trial, const Claim *claims, int count)
{
    Random random = random_make((uint64_t)(1e9 * fabs(trial->x[0])), 3);
    real x[N];
    for (int k = 0; k < count; k++) {
        for (int i = 0; i < N; i++)
            x[i] = (real)trial->x[i] * (1 + (real)k / 10);
        trial->y[k] =
            gradient_agrees(claims[k].forward, claims[k].vjp, x, N, claims[k].outputs, &random);
    }
}

static void right_run(Trial *trial)
{
    static const Claim claims[RIGHT] = {{linear, linear_vjp, N},   {squares, squares_vjp, N},
                                        {softmax, softmax_vjp, N}, {large, large_vjp, N},
                                        {flat, flat_vjp, 1},       {woven, woven_vjp, N},
                                        {tiny, tiny_vjp, N}};
    ask(trial, claims, RIGHT);
}
static void right_plain(const double *x, double *y)
{
    (void)x;
    for (int k = 0; k < RIGHT; k++)
        y[k] = 1;
}

static void wrong_run(Trial *trial)
{
    static const Claim claims[WRONG] = {{waves, deaf_vjp, N},   {softmax, mean_vjp, N},
                                        {waves, stores_vjp, N}, {waves, nan_vjp, N},
                                        {waves, first_vjp, N},  {waves, last_vjp, N},
                                        {waves, slight_vjp, N}, {waves, faint_vjp, N}};
    ask(trial, claims, WRONG);
}
static void wrong_plain(const double *x, double *y)
{
    (void)x;
    for (int k = 0; k < WRONG; k++)
        y[k] = 0;
}

const Case check_cases[] = {
    {.name = "right gradients: 1 is accepted",
     .x = "x[5]",
     .y = "linear squares softmax large flat woven tiny",
     .run = right_run,
     .plain = right_plain,
     .draw = draw_places,
     .forward_only = true},
    {.name = "wrong gradients: 0 is rejected",
     .x = "x[5]",
     .y = "upstream_ignored softmax_mean stores nan first_element last_element off_1e-5 off_1e-7",
     .run = wrong_run,
     .plain = wrong_plain,
     .draw = draw_places,
     .forward_only = true},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
