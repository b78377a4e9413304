/* Walks downhill on a curve: the smallest training there is. One number x, one curve
 * f(x) = x^4 - 3x^2 + x, and the rule x <- x - rate f'(x). The slope comes from a dual number.
 *
 * The curve has two valleys. Two walks, begun left and right of the hill between them, end in
 * different ones: downhill leads to a lowest point nearby, not to the lowest of all.
 * Columns: step, then x, f(x) and f'(x) of either walk.
 *
 * Four more tables, beside the first, are the chapter's other figures: secants that turn into a
 * tangent, the errors of the three difference formulas, how often forward and reverse mode go
 * through a computation, and a gradient at many places. The comment at each says its columns. */
#include "../program.h"
#include "dual.h"
#include "show/show.h"

enum { STEPS = 60, PLACES = 64, MOST_INPUTS = 1024 };
static const real RATE = (real)0.03;

/* ---- downhill ---- */

static Dual curve(Dual x)
{
    Dual square = dual_mul(x, x);
    Dual three = dual_make(3, 0);
    return dual_add(dual_sub(dual_mul(square, square), dual_mul(three, square)), x);
}

static void walk_twice(const char *path)
{
    TsvLog log;
    exit_if(tsv_create(&log, path, "step left_x left left_slope right_x right right_slope"));
    real left = (real)0.1, right = 2;
    Dual at_left = curve(dual_make(left, 1)), at_right = curve(dual_make(right, 1));
    for (int step = 0; step <= STEPS; step++) {
        at_left = curve(dual_make(left, 1));
        at_right = curve(dual_make(right, 1));
        exit_if(tsv_row(&log, 7,
                        (double[]){step, (double)left, (double)at_left.value, (double)at_left.slope,
                                   (double)right, (double)at_right.value, (double)at_right.slope}));
        left -= RATE * at_left.slope;
        right -= RATE * at_right.slope;
    }
    exit_if(tsv_close(&log));
    printf("downhill on x^4 - 3x^2 + x, %d steps at rate %.2f\n", STEPS, (double)RATE);
    printf("  from 0.1 to x = %.3f, where f = %.3f and |f'| %s 1e-6\n", (double)left,
           (double)at_left.value, fabs(at_left.slope) < (real)1e-6 ? "<" : ">=");
    printf("  from 2.0 to x = %.3f, where f = %.3f and |f'| %s 1e-6\n", (double)right,
           (double)at_right.value, fabs(at_right.slope) < (real)1e-6 ? "<" : ">=");
}

/* The first four places of a walk from 2 and its last two; or where it leaves the numbers. */
static void walk_at(real rate)
{
    real x = 2, before = x;
    printf("  rate %.2f: 2", (double)rate);
    for (int step = 1; step <= STEPS; step++) {
        before = x;
        x -= rate * curve(dual_make(x, 1)).slope;
        if (!isfinite(x)) {
            printf(" ... %.3g at step %d, then infinite\n", (double)before, step - 1);
            return;
        }
        if (step < 4)
            printf(", %.3g", (double)x);
    }
    printf(" ... %.3f, %.3f\n", (double)before, (double)x);
}

/* ---- secants ---- */

static real fallen(real t, const void *context)
{
    (void)context;
    return 5 * t * t;
}

/* Lines over the curve 5 t^2: three secants that leave it at t = 2, and the tangent there. `meets`
 * is the curve's height at t = 2 and where a secant meets it again, nan elsewhere. */
static void write_secants(const char *path)
{
    static const real wide[] = {2, 1, 0.5};
    const real moment = 2, height = fallen(moment, NULL), tangent = 10 * moment;
    TsvLog log;
    exit_if(tsv_create_beside(&log, path, "secants", "t curve h_2 h_1 h_half tangent meets"));
    for (int i = 0; i <= 60; i++) {
        real t = 1 + (real)i / 20, meets = t == moment ? height : (real)NAN, line[3];
        for (int j = 0; j < 3; j++) {
            line[j] = height + (t - moment) * difference_forward(fallen, NULL, moment, wide[j]);
            meets = t == moment + wide[j] ? line[j] : meets;
        }
        exit_if(tsv_row(&log, 7, (double[]){(double)t, (double)fallen(t, NULL), (double)line[0],
                                            (double)line[1], (double)line[2],
                                            (double)(height + (t - moment) * tangent),
                                            (double)meets}));
    }
    exit_if(tsv_close(&log));
}

/* ---- differences ---- */

typedef real (*Difference)(Function f, const void *context, real x, real h);

static real exponential(real x, const void *context)
{
    (void)context;
    return exp(x);
}

/* The worst relative error at PLACES places from 1 to 2. e^x is its own slope. */
static double worst_error(Difference difference, real h)
{
    double worst = 0;
    for (int i = 0; i < PLACES; i++) {
        real x = 1 + (real)i / PLACES, slope = exp(x);
        real error = (difference(exponential, NULL, x, h) - slope) / slope;
        worst = fmax(worst, fabs((double)error));
    }
    return worst;
}

/* Columns: the step h, from 2^-50 to 1, and the worst error of each formula with it. */
static void write_differences(const char *path)
{
    static const Difference formulas[] = {difference_forward, difference_central,
                                          difference_five_point};
    static const char *const names[] = {"forward", "central", "five-point"};
    double least[3] = {HUGE_VAL, HUGE_VAL, HUGE_VAL};
    int best[3] = {0};
    TsvLog log;
    exit_if(tsv_create_beside(&log, path, "differences", "h forward central five_point"));
    for (int power = -50; power <= 0; power++) {
        double row[4] = {ldexp(1.0, power)};
        for (int j = 0; j < 3; j++) {
            row[j + 1] = worst_error(formulas[j], (real)row[0]);
            best[j] = row[j + 1] < least[j] ? power : best[j];
            least[j] = fmin(least[j], row[j + 1]);
        }
        exit_if(tsv_row(&log, 4, row));
    }
    exit_if(tsv_close(&log));
    printf("differences of e^x, the worst relative error at %d places from 1 to 2\n", PLACES);
    for (int j = 0; j < 3; j++)
        printf("  %-10s best at h = 2^%d: %.0e\n", names[j], best[j], least[j]);
}

/* ---- passes ---- */

/* How often a computation was gone through, forward or back. */
static size_t passes;

static Dual product_pass(const real *x, size_t count, size_t along)
{
    Dual y = dual_make(1, 0);
    for (size_t i = 0; i < count; i++)
        y = dual_mul(y, dual_make(x[i], i == along));
    passes++;
    return y;
}

static void product_forward_mode(const real *x, size_t count, real *dx)
{
    for (size_t i = 0; i < count; i++)
        dx[i] = product_pass(x, count, i).slope;
}

static void product_reverse_mode(const real *x, size_t count, real *dx)
{
    real so_far[MOST_INPUTS + 1] = {1}, after = 1;
    for (size_t i = 0; i < count; i++)
        so_far[i + 1] = so_far[i] * x[i];
    passes++;
    for (size_t i = count; i-- > 0;) {
        dx[i] = so_far[i] * after;
        after *= x[i];
    }
    passes++;
}

/* Columns: how many numbers are multiplied, and the passes for the gradient in either mode. */
static void write_passes(const char *path)
{
    static real x[MOST_INPUTS], by_forward[MOST_INPUTS], by_reverse[MOST_INPUTS];
    real apart = 0;
    size_t forward = 0, reverse = 0;
    TsvLog log;
    exit_if(tsv_create_beside(&log, path, "passes", "inputs forward_mode reverse_mode"));
    for (size_t i = 0; i < MOST_INPUTS; i++)
        x[i] = 1 + ((real)(i % 5) - 2) / 16;
    for (size_t count = 1; count <= MOST_INPUTS; count *= 2) {
        passes = 0;
        product_forward_mode(x, count, by_forward);
        forward = passes;
        product_reverse_mode(x, count, by_reverse);
        reverse = passes - forward;
        exit_if(tsv_row(&log, 3, (double[]){(double)count, (double)forward, (double)reverse}));
        for (size_t i = 0; i < count; i++)
            apart = fmax(apart, fabs(by_forward[i] / by_reverse[i] - 1));
    }
    exit_if(tsv_close(&log));
    printf("the gradient of a product of %d numbers: %zu passes in forward mode, %zu in reverse\n"
           "  their relative difference, at most, %s 1e-12\n",
           (int)MOST_INPUTS, forward, reverse, apart < (real)1e-12 ? "<" : ">=");
}

/* ---- arrows ---- */

static Dual surface(Dual x, Dual y)
{
    return dual_mul(dual_add(dual_mul(x, x), dual_make(3, 0)), y); /* x^2 y + 3y */
}

/* Columns: a place and the gradient there, each of its two numbers from a pass of its own. */
static void write_arrows(const char *path)
{
    TsvLog log;
    exit_if(tsv_create_beside(&log, path, "arrows", "x y along_x along_y"));
    for (int i = -4; i <= 4; i++)
        for (int j = 1; j <= 5; j++) {
            real x = (real)i / 2, y = (real)j / 2;
            Dual by_x = surface(dual_make(x, 1), dual_make(y, 0));
            Dual by_y = surface(dual_make(x, 0), dual_make(y, 1));
            exit_if(tsv_row(&log, 4, (double[]){(double)x, (double)y, (double)by_x.slope,
                                                (double)by_y.slope}));
        }
    exit_if(tsv_close(&log));
}

int main(int argc, char **argv)
{
    const real rates[] = {RATE, (real)0.1, (real)0.15, (real)0.2};
    const char *path = program_tsv(argc, argv, "build/plots/01-derivatives.tsv");
    walk_twice(path);
    printf("from x = 2 at other rates, the first places and the last two of %d steps\n", STEPS);
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++)
        walk_at(rates[i]);
    write_secants(path);
    write_differences(path);
    write_passes(path);
    write_arrows(path);
    return 0;
}
