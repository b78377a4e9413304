/* Well-known mistakes with derivatives, each beside the right thing. Taught in chapter 01, under
 * "What goes wrong"; ./learn break NAME runs one. */
#include "../pitfalls.h"
#include "dual.h"

static real exponential(real x, const void *context)
{
    (void)context;
    return exp(x);
}

static real relative(real found, real right) { return fabs(found - right) / fabs(right); }

/* ---- measured slopes ---- */

static void tiny_step(void)
{
    const real slope = exp((real)1), best = (real)0x1p-10;
    printf("the slope of e^x at 1 is %.10f; the forward difference says\n\n", (double)slope);
    printf("%10s  %-14s relative error\n", "h", "found");
    for (int digits = 4; digits <= 16; digits += 2) {
        real h = pow((real)10, (real)-digits);
        real found = difference_forward(exponential, NULL, 1, h);
        printf("%10.0e  %-14.10f %.0e\n", (double)h, (double)found,
               (double)relative(found, slope));
    }
    real found = difference_five_point(exponential, NULL, 1, best);
    printf("\nthe five-point formula with h = 2^-10 = %.0e\n%10s  %-14.10f below 1e-11: %s\n",
           (double)best, "", (double)found, relative(found, slope) < (real)1e-11 ? "yes" : "no");
}

static double forward_in_double(double h) { return (exp(1 + h) - exp(1.0)) / h; }

static double forward_in_float(float h)
{
    const float one = 1;
    return (double)((exp(one + h) - exp(one)) / h);
}

/* Steps are powers of two, so that 1 + h is exact as long as it differs from 1. */
static void float_slope(void)
{
    const double slope = exp(1.0);
    double least[2] = {HUGE_VAL, HUGE_VAL};
    printf("the forward difference of e^x at 1: relative error\n\n");
    printf("%8s  %-10s double\n", "h", "float");
    for (int power = -4; power >= -28; power--) {
        double found[2] = {forward_in_float(ldexp(1.0f, power)),
                           forward_in_double(ldexp(1.0, power))};
        for (int i = 0; i < 2; i++) {
            found[i] = fabs(found[i] / slope - 1);
            least[i] = fmin(least[i], found[i]);
        }
        if (power % 4 == 0)
            printf("   2^%-4d  %-10.0e %.0e\n", power, found[0], found[1]);
    }
    printf("\na backward that is wrong by one part in 10,000\n"
           "  stands out in float: %s; in double: %s\n",
           least[0] < 1e-5 ? "yes" : "no", least[1] < 1e-5 ? "yes" : "no");
}

static real size_of(real x, const void *context)
{
    (void)context;
    return fabs(x);
}

static void kink_difference(void)
{
    printf("|x| at 0 has no slope. What is measured there, and at 1, where it is 1:\n\n");
    printf("%8s  %-12s %-12s central at 1\n", "h", "forward at 0", "central at 0");
    for (int digits = 1; digits <= 7; digits += 2) {
        real h = pow((real)10, (real)-digits);
        printf("%8.0e  %-12g %-12g %g\n", (double)h,
               (double)difference_forward(size_of, NULL, 0, h),
               (double)difference_central(size_of, NULL, 0, h),
               (double)difference_central(size_of, NULL, 1, h));
    }
    printf("\nno step mends it: this is no error of the measurement\n");
}

/* ---- rules ---- */

static real power_of_five(real x, const void *context)
{
    (void)context;
    return (x * x) * (x * x * x);
}

static void product_guess(void)
{
    static const real places[] = {(real)0.5, 1, 2, 3};
    printf("the slope of x^2 x^3, with u = x^2, v = x^3\n\n");
    printf("%4s  %-12s %-12s measured\n", "x", "wrong: u'v'", "u'v + uv'");
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        real x = places[i], u = x * x, v = x * x * x, du = 2 * x, dv = 3 * x * x;
        printf("%4g  %-12g %-12g %.4f\n", (double)x, (double)(du * dv), (double)(du * v + u * dv),
               (double)difference_five_point(power_of_five, NULL, x, (real)0x1p-10));
    }
    real half = (real)0.5, du = 1, dv = 1;
    printf("\nand by chance, with u = v = x at 1/2: u'v' = %g, u'v + uv' = %g\n",
           (double)(du * dv), (double)(du * half + half * dv));
}

static real cube(real x, const void *context)
{
    (void)context;
    return (x * x + 1) * (x * x + 1) * (x * x + 1);
}

static void chain_line(const char *what, real found)
{
    printf("%-36s %.4f\n", what, (double)found);
}

static void lost_link(void)
{
    const real x = 2, u = x * x + 1;
    printf("the slope of (x^2+1)^3 at 2; u = x^2+1 = %g\n\n", (double)u);
    chain_line("wrong: 3u^2, the inner slope left out", 3 * u * u);
    chain_line("3u^2 2x", 3 * u * u * 2 * x);
    chain_line("measured", difference_five_point(cube, NULL, x, (real)0x1p-10));
    printf("\nat -2 the missing factor is negative, and a walk would go the wrong way:\n\n");
    chain_line("wrong: 3u^2", 3 * u * u);
    chain_line("3u^2 2x", 3 * u * u * 2 * -x);
}

static void outer_slope(void)
{
    const real x = 2, u = x * x + 1;
    printf("the slope of (x^2+1)^3 at 2; u = x^2+1 = %g\n\n", (double)u);
    chain_line("wrong: 3x^2 2x, f' taken at x", 3 * x * x * 2 * x);
    chain_line("3u^2 2x, f' taken at u", 3 * u * u * 2 * x);
    chain_line("measured", difference_five_point(cube, NULL, x, (real)0x1p-10));
}

/* ---- the two modes ---- */

static Dual surface(Dual x, Dual y)
{
    return dual_mul(dual_add(dual_mul(x, x), dual_make(3, 0)), y);
}

static void both_marked(void)
{
    const real x = 2, y = 5;
    printf("x^2 y + 3y at (2, 5), where the gradient is (20, 7)\n\n");
    printf("wrong: both inputs marked, one pass   slope %g\n",
           (double)surface(dual_make(x, 1), dual_make(y, 1)).slope);
    printf("x marked                              slope %g\n",
           (double)surface(dual_make(x, 1), dual_make(y, 0)).slope);
    printf("y marked                              slope %g\n",
           (double)surface(dual_make(x, 0), dual_make(y, 1)).slope);
}

static void overwritten_half(void)
{
    const real x = 3, dy = 1;
    real wrong, right = 0;
    wrong = x * dy; /* the left factor */
    wrong = x * dy; /* the right factor, which is x too */
    right += x * dy;
    right += x * dy;
    printf("y = x x at 3, dy = 1: each of the two uses of x sends 3\n\n");
    printf("wrong: dx = ...; dx = ...;    dx = %g\n", (double)wrong);
    printf("dx += ...; dx += ...;         dx = %g\n", (double)right);
}

static void print_row(const char *what, const real *x, size_t count)
{
    printf("%-34s", what);
    for (size_t i = 0; i < count; i++)
        if (isnan(x[i]))
            printf("   NaN"); /* printf would show its sign, which is nobody's business */
        else
            printf(" %5g", (double)x[i]);
    printf("\n");
}

static void divided_and_swept(const real *x, real *divided, real *swept)
{
    real so_far[4] = {1}, after = 1;
    for (size_t i = 0; i < 3; i++)
        so_far[i + 1] = so_far[i] * x[i];
    for (size_t i = 0; i < 3; i++)
        divided[i] = so_far[3] / x[i];
    for (size_t i = 3; i-- > 0;) {
        swept[i] = so_far[i] * after;
        after *= x[i];
    }
}

static void zero_factor(void)
{
    static const real factors[2][3] = {{2, 3, 5}, {2, 0, 5}};
    printf("the gradient of x0 x1 x2\n");
    for (int i = 0; i < 2; i++) {
        real divided[3], swept[3];
        divided_and_swept(factors[i], divided, swept);
        printf("\n");
        print_row("x", factors[i], 3);
        print_row(i == 0 ? "the product divided by each factor" : "wrong: divided by each factor",
                  divided, 3);
        print_row("swept back", swept, 3);
    }
}

/* ---- walking ---- */

static Dual curve(Dual x)
{
    Dual square = dual_mul(x, x), three = dual_make(3, 0);
    return dual_add(dual_sub(dual_mul(square, square), dual_mul(three, square)), x);
}

static void walk(const char *what, real rate)
{
    real x = 2;
    printf("%-20s", what);
    for (int step = 0; step < 6; step++) {
        printf(" %8.3g", (double)x);
        x -= rate * curve(dual_make(x, 1)).slope;
    }
    printf("\n");
}

static void uphill(void)
{
    printf("six places of a walk on x^4 - 3x^2 + x, whose slope at 2 is 21\n\n");
    walk("wrong: x + 0.03 f'", -(real)0.03);
    walk("wrong: x + 0.01 f'", -(real)0.01);
    walk("x - 0.03 f'", (real)0.03);
}

static void hilltop(void)
{
    real x = (real)0.16994;
    printf("a walk on x^4 - 3x^2 + x at rate 0.03, begun almost at the top of the hill\n\n");
    printf("%5s  %-8s %-8s slope\n", "step", "x", "f(x)");
    for (int step = 0; step <= 160; step++) {
        Dual y = curve(dual_make(x, 1));
        if (step % 20 == 0)
            printf("%5d  %-8.4f %-8.4f %.1e\n", step, (double)x, (double)y.value, (double)y.slope);
        x -= (real)0.03 * y.slope;
    }
    printf("\nat step 40 it looks as if it had arrived\n");
}

int main(int argc, char **argv)
{
    static const Pitfall pitfalls[] = {
        {"tiny-step", "the smaller the step, the better?", tiny_step},
        {"float-slope", "slopes measured in float", float_slope},
        {"product-guess", "a product's slope as the product of slopes", product_guess},
        {"lost-link", "a link left out of the chain", lost_link},
        {"outer-slope", "the outer slope taken at the wrong place", outer_slope},
        {"both-marked", "two inputs marked in one pass of forward mode", both_marked},
        {"overwritten-half", "one use's gradient written over the other's", overwritten_half},
        {"zero-factor", "a product's gradient by dividing", zero_factor},
        {"uphill", "the step with the wrong sign", uphill},
        {"kink-difference", "a difference over a kink", kink_difference},
        {"hilltop", "slope 0 taken for the goal", hilltop},
    };
    return pitfalls_main(argc, argv, pitfalls, sizeof pitfalls / sizeof *pitfalls);
}
