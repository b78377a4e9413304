/* The gate of chapter 01: every derivative that the chapter works by hand, and dual numbers,
 * against five-point differences; and the difference formulas themselves, whose errors must shrink
 * as Taylor says. It stands on base/ alone.
 *
 * A function of several numbers is checked through its vector-Jacobian product: for random upstream
 * numbers dy, dx[i] is the sum over j of dy[j] times the slope of y[j] along x[i]. */
#include "dual.h"

#include <string.h>

enum { MOST = 8 };

/* forward and plain compute the same y in two ways; vjp ADDS into dx. */
typedef struct {
    const char *name;
    size_t inputs, outputs;
    void (*forward)(const real *x, real *y);
    void (*plain)(const real *x, real *y);
    void (*vjp)(const real *x, const real *dy, real *dx);
} Lesson;

/* ---- by hand ---- */

/* y = 5 t^2, metres fallen after t seconds; y' = 10 t. */
static void fall_forward(const real *x, real *y) { y[0] = 5 * x[0] * x[0]; }
static void fall_plain(const real *x, real *y) { y[0] = x[0] * (x[0] + 4 * x[0]); }
static void fall_vjp(const real *x, const real *dy, real *dx) { dx[0] += dy[0] * 10 * x[0]; }

/* y = (x^2+1)^3, the chain rule: 3 (x^2+1)^2 times 2x. */
static void cube_forward(const real *x, real *y)
{
    real u = x[0] * x[0] + 1;
    y[0] = u * u * u;
}
static void cube_plain(const real *x, real *y)
{
    real s = x[0] * x[0];
    y[0] = s * s * s + 3 * s * s + 3 * s + 1;
}
static void cube_vjp(const real *x, const real *dy, real *dx)
{
    real u = x[0] * x[0] + 1;
    dx[0] += dy[0] * 3 * u * u * 2 * x[0];
}

/* y = x^2 / (1+x), the quotient rule: (2x (1+x) - x^2 1) / (1+x)^2. */
static void quotient_forward(const real *x, real *y) { y[0] = x[0] * x[0] / (1 + x[0]); }
static void quotient_plain(const real *x, real *y) { y[0] = x[0] - 1 + 1 / (1 + x[0]); }
static void quotient_vjp(const real *x, const real *dy, real *dx)
{
    real v = 1 + x[0];
    dx[0] += dy[0] * (2 * x[0] * v - x[0] * x[0]) / (v * v);
}

/* y = e^(-x^2/2), the bell curve: three rates in a row, of e^v, -u/2 and x^2, multiplied. */
static void bell_forward(const real *x, real *y) { y[0] = exp(-x[0] * x[0] / 2); }
static void bell_plain(const real *x, real *y)
{
    real root = exp(x[0] * x[0] / 4);
    y[0] = 1 / (root * root);
}
static void bell_vjp(const real *x, const real *dy, real *dx)
{
    const real half = 0.5;
    real u = x[0] * x[0], v = -half * u;
    dx[0] += dy[0] * exp(v) * -half * 2 * x[0];
}

/* y = x^2 y + 3 y: one partial with y held, one with x held. */
static void partials_forward(const real *x, real *y) { y[0] = x[0] * x[0] * x[1] + 3 * x[1]; }
static void partials_plain(const real *x, real *y) { y[0] = (x[0] * x[0] + 3) * x[1]; }
static void partials_vjp(const real *x, const real *dy, real *dx)
{
    dx[0] += dy[0] * 2 * x[0] * x[1];
    dx[1] += dy[0] * (x[0] * x[0] + 3);
}

/* (r, a) -> (r cos a, r sin a): a 2 by 2 Jacobian, its rows weighed with dy. */
static void polar_forward(const real *x, real *y)
{
    y[0] = x[0] * cos(x[1]);
    y[1] = x[0] * sin(x[1]);
}
static void polar_plain(const real *x, real *y)
{
    real t = tan(x[1] / 2), scale = x[0] / (1 + t * t);
    y[0] = scale * (1 - t * t);
    y[1] = scale * 2 * t;
}
static void polar_vjp(const real *x, const real *dy, real *dx)
{
    dx[0] += dy[0] * cos(x[1]) + dy[1] * sin(x[1]);
    dx[1] += -dy[0] * x[0] * sin(x[1]) + dy[1] * x[0] * cos(x[1]);
}

/* y = x[0] x[1] ... x[6]. Reverse mode by hand: one sweep forward keeps the products so far, one
 * sweep backward hands out every derivative. */
static void product_forward(const real *x, real *y)
{
    y[0] = 1;
    for (size_t i = 0; i < 7; i++)
        y[0] *= x[i];
}
static void product_plain(const real *x, real *y)
{
    y[0] = (x[0] * x[6]) * (x[1] * x[5]) * (x[2] * x[4]) * x[3];
}
static void product_vjp(const real *x, const real *dy, real *dx)
{
    real so_far[8] = {1};
    for (size_t i = 0; i < 7; i++)
        so_far[i + 1] = so_far[i] * x[i];
    real after = dy[0];
    for (size_t i = 7; i-- > 0;) {
        dx[i] += so_far[i] * after;
        after *= x[i];
    }
}

/* ---- by dual numbers ---- */

/* Every operation of dual.h, three inputs and two outputs. */
static void dual_function(const Dual *x, Dual *y)
{
    Dual two = dual_make(2, 0);
    Dual ratio = dual_div(x[0], dual_add(two, dual_mul(x[1], x[2])));
    y[0] = dual_sub(dual_exp(dual_sin(ratio)), dual_log(x[1]));
    y[1] = dual_mul(dual_cos(dual_mul(x[0], x[2])), ratio);
}
static void mixed_plain(const real *x, real *y)
{
    real ratio = 1 / (2 / x[0] + x[1] / x[0] * x[2]);
    y[0] = exp(sin(ratio)) - log(x[1]);
    y[1] = ratio * cos(x[2] * x[0]);
}
static void dual_product(const Dual *x, Dual *y)
{
    y[0] = x[0];
    for (size_t i = 1; i < 7; i++)
        y[0] = dual_mul(y[0], x[i]);
}

static size_t passes;

/* Forward mode: one pass for each input, whose slope is set to 1 for that pass. */
static void dual_vjp(void (*f)(const Dual *, Dual *), size_t inputs, size_t outputs, const real *x,
                     const real *dy, real *dx)
{
    for (size_t i = 0; i < inputs; i++) {
        Dual in[MOST], out[MOST];
        for (size_t k = 0; k < inputs; k++)
            in[k] = dual_make(x[k], k == i);
        f(in, out);
        passes++;
        for (size_t j = 0; j < outputs; j++)
            dx[i] += dy[j] * out[j].slope;
    }
}
static void dual_forward(void (*f)(const Dual *, Dual *), size_t inputs, size_t outputs,
                         const real *x, real *y)
{
    Dual in[MOST], out[MOST];
    for (size_t k = 0; k < inputs; k++)
        in[k] = dual_make(x[k], 0);
    f(in, out);
    for (size_t j = 0; j < outputs; j++)
        y[j] = out[j].value;
}
static void mixed_dual_forward(const real *x, real *y) { dual_forward(dual_function, 3, 2, x, y); }
static void mixed_dual_vjp(const real *x, const real *dy, real *dx)
{
    dual_vjp(dual_function, 3, 2, x, dy, dx);
}
static void product_dual_forward(const real *x, real *y) { dual_forward(dual_product, 7, 1, x, y); }
static void product_dual_vjp(const real *x, const real *dy, real *dx)
{
    dual_vjp(dual_product, 7, 1, x, dy, dx);
}

/* ---- the checker, small enough for functions of at most eight numbers ---- */

typedef struct {
    const Lesson *lesson;
    const real *x, *dy;
    size_t input;
} Poke;

static real weighed_output(real value, const void *context)
{
    const Poke *poke = context;
    real x[MOST], y[MOST], sum = 0;
    memcpy(x, poke->x, sizeof x);
    x[poke->input] = value;
    poke->lesson->forward(x, y);
    for (size_t j = 0; j < poke->lesson->outputs; j++)
        sum += poke->dy[j] * y[j];
    return sum;
}

static void compare(const Lesson *lesson, const real *x, const real *dy, const real *before,
                    const real *fresh, const real *added, GateRow *row)
{
    const real step = 0x1p-10;
    real y[MOST], plain[MOST];
    lesson->forward(x, y);
    lesson->plain(x, plain);
    for (size_t j = 0; j < lesson->outputs; j++)
        row->forward = fmax(row->forward, gate_error((double)y[j], (double)plain[j]));
    for (size_t i = 0; i < lesson->inputs; i++) {
        Poke poke = {lesson, x, dy, i};
        double measured = (double)difference_five_point(weighed_output, &poke, x[i], step);
        row->fresh = fmax(row->fresh, gate_error((double)fresh[i], measured));
        row->added = fmax(row->added, gate_error((double)(added[i] - before[i]), measured));
    }
}

static void keep(const Lesson *lesson, const real *x, const real *fresh, GateRow *row)
{
    char what[200];
    real y[MOST];
    lesson->forward(x, y);
    snprintf(what, sizeof what, "%s: forward", lesson->name);
    row->precision = gate_precision(what, y, lesson->outputs);
    snprintf(what, sizeof what, "%s: gradient", lesson->name);
    row->precision = fmax(row->precision, gate_precision(what, fresh, lesson->inputs));
}

static void check(const Lesson *lesson)
{
    real x[MOST], dy[MOST], before[MOST], fresh[MOST] = {0}, added[MOST];
    for (size_t i = 0; i < MOST; i++) {
        x[i] = (real)(float)(0.5 + 1.25 * random_uniform(gate_random()));
        dy[i] = (real)(float)random_normal(gate_random());
        added[i] = before[i] = (real)(float)random_normal(gate_random());
    }
    if (!gate_wants(lesson->name))
        return;
    GateRow row = {.name = lesson->name, .elements = lesson->inputs};
    lesson->vjp(x, dy, fresh);
    lesson->vjp(x, dy, added);
    keep(lesson, x, fresh, &row);
    if (!gate_is_float())
        compare(lesson, x, dy, before, fresh, added, &row);
    gate_report(&row);
}

/* ---- the worked numbers ---- */

/* Half a unit in the last place of a number near 1. */
static double rounding(void) { return gate_is_float() ? 0x1p-24 : 0x1p-53; }

static bool near(real found, double expected, double allowed)
{
    return fabs((double)found - expected) <= allowed;
}

static real fallen(real t, const void *context)
{
    (void)context;
    return 5 * t * t;
}

static void check_speeds(void)
{
    static const real steps[] = {1, (real)0.1, (real)0.01, (real)0.001};
    static const double speeds[] = {25, 20.5, 20.05, 20.005};
    bool right = true;
    for (int i = 0; i < 4; i++) {
        /* Heights near 20 are off by some 20 roundings; the division by h enlarges that. */
        double allowed = 200 * rounding() / (double)steps[i];
        right = right && near(difference_forward(fallen, NULL, 2, steps[i]), speeds[i], allowed);
    }
    gate_check("speeds of a fall from t = 2", right, "25, 20.5, 20.05, 20.005");
}

static void check_worked(void)
{
    const real two = 2, one = 1, point[2] = {1, 2}, turn[2] = {2, 0}, upstream[2] = {3, 5};
    const real factors[7] = {2, 3, 5, 1, 1, 1, 1};
    real y, fall = 0, cube = 0, quotient = 0, partials[2] = {0}, polar[2] = {0}, product[7] = {0};
    fall_vjp(&two, &one, &fall);
    gate_check("fall 5 t^2 at 2", near(fall, 20, 0), "slope 20");
    quotient_vjp(&one, &one, &quotient);
    gate_check("quotient x^2 / (1+x) at 1", near(quotient, 0.75, 0), "slope 3/4");
    cube_forward(&two, &y);
    cube_vjp(&two, &one, &cube);
    gate_check("chain (x^2+1)^3 at 2", near(y, 125, 0) && near(cube, 300, 0), "125, slope 300");
    Dual x = dual_make(2, 1), u = dual_add(dual_mul(x, x), dual_make(1, 0));
    Dual power = dual_mul(dual_mul(u, u), u);
    gate_check("dual (x^2+1)^3 at 2", near(power.value, 125, 0) && near(power.slope, 300, 0),
               "125, slope 300");
    partials_vjp(point, &one, partials);
    gate_check("partials of x^2 y + 3y at (1,2)",
               near(partials[0], 4, 0) && near(partials[1], 4, 0), "(4, 4)");
    polar_vjp(turn, upstream, polar);
    gate_check("jacobian at r = 2, a = 0, upstream (3, 5)",
               near(polar[0], 3, 0) && near(polar[1], 10, 0), "(3, 10)");
    product_vjp(factors, &one, product);
    gate_check("product of 2, 3, 5 and ones",
               near(product[0], 15, 0) && near(product[1], 10, 0) && near(product[2], 6, 0) &&
                   near(product[6], 30, 0),
               "15, 10, 6, and 30 for each one");
}

/* exp, log, and one step down the curve x^4 - 3x^2 + x, whose slope at 2 is 21. */
static void check_step(void)
{
    Dual grown = dual_exp(dual_make(0, 1)), logarithm = dual_log(dual_make(2, 1));
    gate_check("dual exp at 0", near(grown.value, 1, 0) && near(grown.slope, 1, 0), "1, slope 1");
    gate_check("dual log at 2", near(logarithm.slope, 0.5, 0), "slope 1/2");
    Dual x = dual_make(2, 1), square = dual_mul(x, x), three = dual_make(3, 0);
    Dual y = dual_add(dual_sub(dual_mul(square, square), dual_mul(three, square)), x);
    real place = x.value - (real)0.03 * y.slope;
    gate_check("step downhill from 2 at rate 0.03",
               near(y.value, 6, 0) && near(y.slope, 21, 0) && near(place, 1.37, 8 * rounding()),
               "from height 6, slope 21, to 1.37");
}

/* ---- the difference formulas ---- */

static real exponential(real x, const void *context)
{
    (void)context;
    return exp(x);
}

typedef real (*Difference)(Function f, const void *context, real x, real h);

/* Halving h must divide the error by 2^order. At these steps round-off is far smaller, even in
 * float, and the next term of the series moves the measured order by a tenth at most. */
static void check_order(const char *name, Difference difference, int order)
{
    const real x = 0.25, wide = 0.5, narrow = 0.25;
    double slope = (double)exp(x);
    double coarse = (double)difference(exponential, NULL, x, wide) - slope;
    double fine = (double)difference(exponential, NULL, x, narrow) - slope;
    double measured = log2(coarse / fine);
    gate_check(name, fabs(measured - order) < 0.15, "order within 0.15 of %d", order);
}

/* On polynomials of the degree a formula is exact for, only round-off may remain. */
static real quartic(real x, const void *context)
{
    (void)context;
    return ((x - 2) * x + 3) * x * x - x; /* slope 4x^3 - 6x^2 + 6x - 1 */
}

static void check_exact(void)
{
    real slope = difference_five_point(quartic, NULL, 2, 1);
    gate_check("difference_five_point of a quartic", near(slope, 19, 1000 * rounding()),
               "exact: 19");
}

int main(int argc, char **argv)
{
    static const Lesson lessons[] = {
        {"fall 5 t^2", 1, 1, fall_forward, fall_plain, fall_vjp},
        {"chain (x^2+1)^3", 1, 1, cube_forward, cube_plain, cube_vjp},
        {"quotient x^2 / (1+x)", 1, 1, quotient_forward, quotient_plain, quotient_vjp},
        {"chain e^(-x^2/2)", 1, 1, bell_forward, bell_plain, bell_vjp},
        {"partials of x^2 y + 3y", 2, 1, partials_forward, partials_plain, partials_vjp},
        {"jacobian of (r cos a, r sin a)", 2, 2, polar_forward, polar_plain, polar_vjp},
        {"product of 7, reverse mode by hand", 7, 1, product_forward, product_plain, product_vjp},
        {"dual every operation, 3 inputs", 3, 2, mixed_dual_forward, mixed_plain, mixed_dual_vjp},
        {"dual product of 7", 7, 1, product_dual_forward, product_plain, product_dual_vjp},
    };
    gate_begin(argc, argv, "01-derivatives");
    for (size_t i = 0; i < sizeof lessons / sizeof *lessons; i++) {
        passes = 0;
        check(&lessons[i]);
    }
    /* The last row called dual_vjp twice, with seven inputs. */
    gate_check("dual product of 7, passes for its gradient", passes == 14,
               "7, against 2 in reverse");
    check_speeds();
    check_worked();
    check_step();
    check_order("difference_forward halved", difference_forward, 1);
    check_order("difference_central halved", difference_central, 2);
    check_order("difference_five_point halved", difference_five_point, 4);
    check_exact();
    return gate_end();
}
