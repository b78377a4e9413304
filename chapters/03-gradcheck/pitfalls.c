/* The pitfalls of chapter 03: ways in which a check of gradients deceives, each beside a check that
 * does not. */
#include "../pitfalls.h"
#include "value/value.h"

static const real STEP = 0x1p-10;

static real tanh_at(real x, const void *context)
{
    (void)context;
    return tanh(x);
}

static const char *verdict(double error) { return error <= 1e-8 ? "accepted" : "rejected"; }

/* ---- float-check ---- */

static float tanh_float(float x, float h)
{
    return (8 * (tanhf(x + h) - tanhf(x - h)) - (tanhf(x + 2 * h) - tanhf(x - 2 * h))) / (12 * h);
}

static void float_check(void)
{
    const double slope = 1 - tanh(0.75) * tanh(0.75), wrong = slope * 1.00001;
    double best_float = HUGE_VAL, best_double = HUGE_VAL;
    printf("tanh at 0.75, five-point differences: how far off the right slope?\n");
    printf("       step   in double    in float\n");
    for (int k = 1; k <= 22; k++) {
        double h = ldexp(1, -k);
        double by_double =
            gate_error(slope, (double)difference_five_point(tanh_at, NULL, 0.75, (real)h));
        double by_float = gate_error(slope, (double)tanh_float(0.75f, (float)h));
        best_float = fmin(best_float, by_float);
        best_double = fmin(best_double, by_double);
        if (k % 4 == 2)
            printf("      2^-%-2d     %7.0e     %7.0e\n", k, by_double, by_float);
    }
    printf("\nBest of all 22 steps, %.0e in double and %.0e in float: double %s 1e-11,\n"
           "float %s 1e-8.\n",
           best_double, best_float, best_double < 1e-11 ? "below" : "ABOVE",
           best_float > 1e-8 ? "above" : "BELOW");
    printf("A slope wrong by one part in 100000 has the error %.0e.\n", gate_error(wrong, slope));
}

/* ---- ones ---- */

static void exp_flat_backward(Value *out) { out->parents[0]->grad += out->grad; }
static Value *exp_flat(Value *a) { return value_make(exp(a->data), a, NULL, exp_flat_backward); }

typedef Value *(*One)(Value *a);

/* dx of softmax of (0, ln 2), with exp as given, for an upstream u. */
static void softmax_gradient(One exponential, const real *u, real *dx)
{
    Value *x[2] = {value_leaf(0), value_leaf(log((real)2))};
    Value *e[2] = {exponential(x[0]), exponential(x[1])}, *sum = value_add(e[0], e[1]);
    Value *y[2] = {value_div(e[0], sum), value_div(e[1], sum)};
    value_backward_from(y, u, 2);
    /* A sum that cancels leaves a rounding, of either sign: shown as the 0 it stands for. */
    for (int i = 0; i < 2; i++)
        dx[i] = fabs(x[i]->grad) < (real)1e-12 ? 0 : x[i]->grad;
}

static void ones(void)
{
    static const real upstreams[2][2] = {{1, 1}, {1, 0}};
    printf("softmax of (0, ln 2); exp with its backward, and with one that passes all on\n\n");
    for (int i = 0; i < 2; i++) {
        real right[2], wrong[2];
        softmax_gradient(value_exp, upstreams[i], right);
        softmax_gradient(exp_flat, upstreams[i], wrong);
        double error = fmax(gate_error((double)wrong[0], (double)right[0]),
                            gate_error((double)wrong[1], (double)right[1]));
        printf("upstream (%g, %g): right (%7.4f, %7.4f)  wrong (%7.4f, %7.4f)  %s\n",
               (double)upstreams[i][0], (double)upstreams[i][1], (double)right[0], (double)right[1],
               (double)wrong[0], (double)wrong[1], verdict(error));
    }
    printf("\nThe outputs sum to 1 whatever the inputs are, so with ones there is no gradient\n"
           "to get wrong.\n");
}

/* ---- nan-worst ---- */

static void nan_worst(void)
{
    const double analytic = nan(""), numeric = 0.5;
    double error = fabs(analytic - numeric) / fmax(fabs(numeric), 1e-3);
    printf("a gradient of NaN against a measured 0.5: the error is NaN too\n\n");
    printf("if (error > 1e-8) fail:       %s\n", error > 1e-8 ? "rejected" : "accepted");
    printf("if (!(error <= 1e-8)) fail:   %s\n", !(error <= 1e-8) ? "rejected" : "accepted");
    printf("gate_error makes it infinite: %s\n", verdict(gate_error(analytic, numeric)));
    /* The worst of many: fmax drops a NaN, whichever side it stands on. */
    printf("\nthe worst of 1e-12, NaN, 1e-13 by fmax is %.0e\n", fmax(fmax(1e-12, error), 1e-13));
}

/* ---- no-floor ---- */

static void no_floor(void)
{
    static const struct {
        const char *what;
        double analytic, numeric;
    } pairs[] = {
        {"right, large", 2e6, 2e6 + 1e-6},     {"right, about 1", 0.75, 0.75 + 2e-13},
        {"right, exactly 0", 0, 2e-13},        {"wrong, large: off by 1e-5", 2e6, 2e6 * (1 + 1e-5)},
        {"wrong, small: a sign", 4e-9, -4e-9}, {"wrong, tiny: a sign", 4e-12, -4e-12}};
    printf("error at most 1e-8?         |a-n|       |a-n|/max      with the floor 1e-3\n");
    for (int i = 0; i < 6; i++) {
        double a = pairs[i].analytic, n = pairs[i].numeric, apart = fabs(a - n);
        printf("%-26s  %s    %s       %s\n", pairs[i].what, verdict(apart),
               verdict(apart / fmax(fabs(a), fabs(n))), verdict(gate_error(a, n)));
    }
    printf("\nThe floor's price: gradients below about 1e-11 are not judged.\n");
}

/* ---- kink-poked ---- */

static real relu_at(real x, const void *context)
{
    (void)context;
    return x > 0 ? x : 0;
}

static void kink_poked(void)
{
    static const double places[] = {0.5, 0.003, 0.0012, 0x1p-11, 0, -0x1p-11};
    printf("relu, poked by 2^-10 = 0.00098 and twice that to both sides\n");
    printf("        x   backward   measured   verdict\n");
    for (int i = 0; i < 6; i++) {
        real x = (real)places[i], slope = x > 0 ? 1 : 0;
        real measured = difference_five_point(relu_at, NULL, x, STEP);
        printf("%9.5f   %8g   %8.4f   %s\n", (double)x, (double)slope, (double)measured,
               verdict(gate_error((double)slope, (double)measured)));
    }
    printf("\nThe backward is right in every line; the measurement is not, where a poke\n"
           "crosses 0.\n");
}

/* ---- clean-leaf ---- */

static void exp_stores_backward(Value *out) { out->parents[0]->grad = out->data * out->grad; }
static Value *exp_stores(Value *a)
{
    return value_make(exp(a->data), a, NULL, exp_stores_backward);
}

static void clean_leaf(void)
{
    static const One ways[] = {value_exp, exp_stores};
    printf("e^x at 0, slope 1\n");
    for (int i = 0; i < 2; i++) {
        double got[2];
        for (int used = 0; used < 2; used++) {
            Value *x = value_leaf(0);
            x->grad = used ? (real)0.5 : 0;
            value_backward(ways[i](x));
            got[used] = (double)x->grad - (used ? 0.5 : 0);
        }
        printf("  %-3s a leaf that held 0 gets %g: %s; one that held 0.5, %g: %s\n",
               i == 0 ? "+=" : "=", got[0], verdict(gate_error(got[0], 1)), got[1],
               verdict(gate_error(got[1], 1)));
    }
}

/* ---- both-halves ---- */

static real log2_at(real x, const void *context)
{
    (void)context;
    return log2(x);
}

static void both_halves(void)
{
    const real x = 2, slope = 1 / (x * log((real)2));
    double error = gate_error((double)slope, (double)difference_five_point(log2_at, NULL, x, STEP));
    printf("asked for: ln. Written, in both halves: the logarithm to base 2. At 2:\n");
    printf("  backward against differences of the forward:  %s\n", verdict(error));
    printf("  forward %.4f against ln 2 = %.4f by a series: %s\n", (double)log2(x),
           0.69314718055994531, verdict(gate_error((double)log2(x), 0.69314718055994531)));
}

/* ---- one-sided ---- */

static void one_sided(void)
{
    static const real places[2][4] = {{0.25, 0.75, 1.5, 2}, {-0.25, 0.75, -1.5, 2}};
    printf("a relu whose backward lets everything through, below 0 too\n");
    for (int i = 0; i < 2; i++) {
        int accepted = 0;
        printf("  at");
        for (int j = 0; j < 4; j++) {
            real measured = difference_five_point(relu_at, NULL, places[i][j], STEP);
            accepted += gate_error(1, (double)measured) <= 1e-8;
            printf(" %5g", (double)places[i][j]);
        }
        printf(": %d passed, %d failed\n", accepted, 4 - accepted);
    }
    printf("\nThe first line reports no failure. It says nothing about a branch it never ran.\n");
}

/* ---- accepts-all ---- */

/* A slip: the distance as a whole number, which is 0 for all that is less than 1 apart. */
static bool checker_broken(double analytic, double numeric)
{
    int apart = (int)fabs(analytic - numeric);
    return apart <= 1e-8;
}

static void accepts_all(void)
{
    const real x = (real)0.75, out = tanh(x);
    const double measured = (double)difference_five_point(tanh_at, NULL, x, STEP);
    const double right = (double)(1 - out * out), wrong = (double)(1 - out);
    printf("tanh at 0.75             backward 1 - y^2   backward 1 - y, wrong on purpose\n");
    printf("  a checker with a slip  %s           %s\n",
           checker_broken(right, measured) ? "accepted" : "rejected",
           checker_broken(wrong, measured) ? "accepted" : "rejected");
    printf("  gate_error             %s           %s\n", verdict(gate_error(right, measured)),
           verdict(gate_error(wrong, measured)));
    printf("\nThe left column alone cannot tell the two checkers apart.\n");
}

/* ---- unrestored ---- */

static real product(const real *x) { return x[0] * x[1] * x[2]; }

static void measure_all(bool restored)
{
    real x[3] = {2, 3, 5};
    printf("  %-12s", restored ? "put back" : "left poked");
    for (int i = 0; i < 3; i++) {
        const real kept = x[i], h = (real)0.01;
        x[i] = kept + h;
        real up = product(x);
        x[i] = kept - h;
        real down = product(x);
        if (restored)
            x[i] = kept;
        printf("  %9.5f", (double)((up - down) / (2 * h)));
    }
    printf("\n");
}

static void unrestored(void)
{
    printf("x0 x1 x2 at (2, 3, 5), gradient (15, 10, 6), central differences with h = 0.01\n");
    measure_all(true);
    measure_all(false);
    printf("\nThe first element is right either way. With a small h the rest is off so little\n"
           "that it looks like rounding.\n");
}

int main(int argc, char **argv)
{
    static const Pitfall pitfalls[] = {
        {"float-check", "gradients checked in float", float_check},
        {"ones", "an upstream gradient of ones", ones},
        {"nan-worst", "a NaN that passes for a small error", nan_worst},
        {"no-floor", "an error that is only absolute, or only relative", no_floor},
        {"kink-poked", "a poke across a kink", kink_poked},
        {"clean-leaf", "= for +=, checked on clean leaves only", clean_leaf},
        {"both-halves", "forward and backward wrong together", both_halves},
        {"one-sided", "inputs that never reach a branch", one_sided},
        {"accepts-all", "a checker that was never seen to reject", accepts_all},
        {"unrestored", "a poke that is not put back", unrestored},
    };
    return pitfalls_main(argc, argv, pitfalls, sizeof pitfalls / sizeof *pitfalls);
}
