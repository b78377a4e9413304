/* The check of 08-loss/kl: two scores by hand, rows of several shapes, one operand constant,
 * operands that depend on each other, one tensor as both, two results on one tape, and scores far
 * out. */
#include "kl.h"

#include "../learn/check.h"

static double log_of(const double *row, size_t n, size_t j)
{
    double largest = 0, sum = 0;
    for (size_t k = 0; k < n; k++)
        largest = fmax(largest, row[k] - row[j]);
    for (size_t k = n; k-- > 0;)
        sum += exp((row[k] - row[j]) - largest);
    return -largest - log(sum);
}
/* The cross-entropy of q and p, less the entropy of q. */
static double plain_kl(const double *z, const double *x, size_t rows, size_t n)
{
    double cross = 0, entropy = 0;
    for (size_t j = 0; j < rows * n; j++) {
        const double u = log_of(z + j / n * n, n, j % n);
        cross -= exp(u) * log_of(x + j / n * n, n, j % n);
        entropy -= exp(u) * u;
    }
    return (cross - entropy) / (double)rows;
}

static Tensor *kl(Tensor *const *x) { return tensor_kl(x[0], x[1]); }
static void kl_run(Trial *trial) { check_tensors(trial, kl); }
static void two_plain(const double *x, double *y) { y[0] = plain_kl(x, x + 2, 1, 2); }
static void rows_plain(const double *x, double *y) { y[0] = plain_kl(x, x + 15, 3, 5); }
static void cube_plain(const double *x, double *y) { y[0] = plain_kl(x, x + 42, 6, 7); }
static void draw_worked(Random *random, double *x)
{
    (void)random;
    x[0] = x[1] = x[2] = 0; /* q = (1/2, 1/2), p = (1/4, 3/4) */
    x[3] = log(3.0);
}
/* Rows near 1000 and -1000, and far apart within a row. */
static void draw_far(Random *random, double *x)
{
    static const double around[15] = {1000, 1000, 1000,  1000,  1000,  0,     -800, 0,
                                      0,    0,    -1000, -1000, -1000, -1000, -1000};
    for (size_t i = 0; i < 30; i++)
        x[i] = (i < 15 ? 1 : -1) * around[i % 15] + random_normal(random);
}

/* One of the two is a constant, which wants no gradient. */
static const real fixed[6] = {1, 0, -1, (real)0.5, 2, (real)-0.25};
static Tensor *given_z(Tensor *const *x)
{
    return tensor_kl(tensor_from(shape2(2, 3), fixed), x[0]);
}
static Tensor *given_x(Tensor *const *x)
{
    return tensor_kl(x[0], tensor_from(shape2(2, 3), fixed));
}
static void given_z_run(Trial *trial) { check_tensors(trial, given_z); }
static void given_x_run(Trial *trial) { check_tensors(trial, given_x); }
static void given_z_plain(const double *x, double *y)
{
    double z[6];
    for (size_t i = 0; i < 6; i++)
        z[i] = (double)fixed[i];
    y[0] = plain_kl(z, x, 2, 3);
}
static void given_x_plain(const double *x, double *y)
{
    double other[6];
    for (size_t i = 0; i < 6; i++)
        other[i] = (double)fixed[i];
    y[0] = plain_kl(x, other, 2, 3);
}

/* x and 2x, and x itself twice. */
static Tensor *sharpened(Tensor *const *x) { return tensor_kl(x[0], tensor_scale(x[0], 2)); }
static void sharpened_run(Trial *trial) { check_tensors(trial, sharpened); }
static void sharpened_plain(const double *x, double *y)
{
    double twice[6];
    for (size_t i = 0; i < 6; i++)
        twice[i] = 2 * x[i];
    y[0] = plain_kl(x, twice, 2, 3);
}
static Tensor *itself(Tensor *const *x) { return tensor_kl(x[0], x[0]); }
static void itself_run(Trial *trial) { check_tensors(trial, itself); }
static void itself_plain(const double *x, double *y) { y[0] = plain_kl(x, x, 2, 3); }

/* Two results of different rows, each the other's upstream: what one keeps is not the other's. */
static Tensor *twice(Tensor *const *x)
{
    Tensor *first = tensor_kl(x[0], x[1]);
    return tensor_mul(first, tensor_kl(x[2], x[3]));
}
static void twice_run(Trial *trial) { check_tensors(trial, twice); }
static void twice_plain(const double *x, double *y)
{
    y[0] = plain_kl(x, x + 6, 2, 3) * plain_kl(x + 12, x + 32, 5, 4);
}

const Case check_cases[] = {
    {.name = "(0, 0) and (0, ln 3)",
     .x = "z[2] x[2]",
     .y = "divergence",
     .run = kl_run,
     .plain = two_plain,
     .draw = draw_worked},
    {.name = "(3,5)",
     .x = "z[3][5] x[3][5]",
     .y = "divergence",
     .run = kl_run,
     .plain = rows_plain},
    {.name = "(2,3,7)",
     .x = "z[2][3][7] x[2][3][7]",
     .y = "divergence",
     .run = kl_run,
     .plain = cube_plain},
    {.name = "(2,3), z constant",
     .x = "x[2][3]",
     .y = "divergence",
     .run = given_z_run,
     .plain = given_z_plain},
    {.name = "(2,3), x constant",
     .x = "z[2][3]",
     .y = "divergence",
     .run = given_x_run,
     .plain = given_x_plain},
    {.name = "of x and 2x",
     .x = "x[2][3]",
     .y = "divergence",
     .run = sharpened_run,
     .plain = sharpened_plain},
    {.name = "of x and x",
     .x = "x[2][3]",
     .y = "divergence",
     .run = itself_run,
     .plain = itself_plain},
    {.name = "(2,3) and (5,4), twice on one tape",
     .x = "z[2][3] x[2][3] w[5][4] v[5][4]",
     .y = "product",
     .run = twice_run,
     .plain = twice_plain},
    {.name = "rows of z near 1000, (0 -800 0 0 0), -1000, and x near -z",
     .x = "z[3][5] x[3][5]",
     .y = "divergence",
     .run = kl_run,
     .plain = rows_plain,
     .draw = draw_far,
     .gradient_tolerance = 1e-6}, /* a divergence of 1000 leaves a difference fewer digits */
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
