/* What goes wrong with operations that treat every element alike: eight mistakes of chapter 06, each
 * beside the right thing. */
#include "../pitfalls.h"
#include "ops/ops.h"

static Tensor *wanted(Shape shape, const real *values)
{
    Tensor *x = tensor_from(shape, values);
    tensor_want_grad(x);
    return x;
}

static const char *number_text(real number, char text[static 16])
{
    snprintf(text, 16, "%.4g", (double)number);
    return isnan(number) ? "NaN" : text;
}

static void print_values(const char *what, const real *values, size_t count)
{
    char text[16];
    printf("%-42s", what);
    for (size_t i = 0; i < count; i++)
        printf(" %s", number_text(values[i], text));
    printf("\n");
}

/* The slope of op at x, as its backward gives it. */
static real slope_of(Tensor *(*op)(Tensor *), real x)
{
    Tensor *leaf = wanted(shape0(), &x);
    tensor_backward(op(leaf));
    return leaf->grad[0];
}

static real value_of(Tensor *(*op)(Tensor *), real x)
{
    return tensor_item(op(tensor_from(shape0(), &x)));
}

static real measured(Tensor *(*op)(Tensor *), real x)
{
    const real h = (real)1e-3;
    return (8 * (value_of(op, x + h) - value_of(op, x - h)) - value_of(op, x + 2 * h) +
            value_of(op, x - 2 * h)) / (12 * h);
}

/* ---- two-gelus: the tanh form forward, the exact form's slope backward ---- */

static void two_gelus(void)
{
    static const real places[] = {(real)0.1, (real)0.5, 1, 2, 3};
    printf("forward by the tanh form; its slope measured, by its own formula, and by\n"
           "the exact form's\n\n");
    printf("    x   measured       own            exact form's   rel. error of that\n");
    for (int i = 0; i < 5; i++) {
        real slope = measured(tensor_gelu_tanh, places[i]), mixed = slope_of(tensor_gelu, places[i]);
        printf("  %3.1f   %.10f   %.10f   %.10f   %.0e\n", (double)places[i], (double)slope,
               (double)slope_of(tensor_gelu_tanh, places[i]), (double)mixed,
               fabs((double)(mixed / slope - 1)));
    }
    printf("\nA test that allows one per cent accepts the mix, and training would not notice.\n"
           "A gate at 1e-8 does.\n");
}

/* ---- no-upstream ---- */

static void slope_only_backward(Tensor *out)
{
    GradWrite dx = grad_write(out->parents[0]);
    for (size_t i = 0; i < out->size; i++)
        grad_put(dx, i, 1 - out->data[i] * out->data[i]);
}

static Tensor *slope_only_tanh(Tensor *x)
{
    Tensor *out = tensor_result("slope_only", x->shape, slope_only_backward, 1, &x);
    for (size_t i = 0; i < x->size; i++)
        out->data[i] = tanh(x->data[i]);
    return out;
}

static void no_upstream(void)
{
    static const real values[3] = {0, (real)0.5, 1}, upstream[2][3] = {{1, 1, 1}, {2, -1, 10}};
    for (int k = 0; k < 2; k++) {
        print_values("from above", upstream[k], 3);
        Tensor *x = wanted(shape1(3), values), *other = wanted(shape1(3), values);
        tensor_backward_from(tensor_tanh(x), upstream[k]);
        tensor_backward_from(slope_only_tanh(other), upstream[k]);
        print_values("  dx of tanh: from above, times 1 - y^2", x->grad, 3);
        print_values("  1 - y^2 alone", other->grad, 3);
    }
    printf("\nWith ones from above, as a plain sum behind the operation gives, both pass.\n");
}

/* ---- dead-relu ---- */

/* Fits y = 2 at x = 1, 2, 3 by one unit that begins far below its bend. */
static void fit_unit(const char *name, Tensor *(*op)(Tensor *), real start)
{
    Tensor *weight = tensor_parameter(shape0()), *bias = tensor_parameter(shape0());
    weight->data[0] = 1;
    bias->data[0] = start;
    printf("  %-5s b = %4.1f ", name, (double)start);
    for (int step = 0; step <= 400; step++) {
        TapeMark mark = tape_mark();
        Tensor *x = tensor_from(shape1(3), (real[]){1, 2, 3});
        Tensor *y = op(tensor_add(tensor_mul(x, weight), bias));
        Tensor *off = tensor_sub(y, tensor_from(shape0(), (real[]){2}));
        Tensor *loss = tensor_mean(tensor_mul(off, off), ALL_AXES);
        tensor_zero_grad(weight);
        tensor_zero_grad(bias);
        tensor_backward(loss);
        if (step % 100 == 0)
            printf("  %7.4f", (double)tensor_item(loss));
        weight->data[0] -= (real)0.05 * weight->grad[0];
        bias->data[0] -= (real)0.05 * bias->grad[0];
        tape_release(mark);
    }
    printf("\n");
    tensor_free(weight);
    tensor_free(bias);
}

static void dead_relu(void)
{
    printf("one unit, y = f(w x + b) with w = 1, shall give 2 at x = 1, 2, 3: its mean squared\n"
           "error after 0, 100, 200, 300 and 400 steps, from two starts of b\n\n");
    for (int k = 0; k < 2; k++) {
        const real start = k == 0 ? (real)-3.5 : -6;
        fit_unit("relu", tensor_relu, start);
        fit_unit("gelu", tensor_gelu, start);
        fit_unit("silu", tensor_silu, start);
    }
    printf("\nw x + b is below 0 for every example, so relu's slope is 0 for every example, and\n"
           "neither w nor b moves again. gelu and silu have a slope left there. But they dip\n"
           "below 0, and left of the dip the way up leads further left: from -6 none arrives.\n");
}

/* ---- quarter-slopes ---- */

static void quarter_slopes(void)
{
    static const struct {
        const char *name;
        Tensor *(*op)(Tensor *);
    } ways[] = {{"sigmoid", tensor_sigmoid}, {"tanh", tensor_tanh}, {"relu", tensor_relu},
                {"gelu", tensor_gelu}};
    printf("x = 1 through n of them in a row: the slope of the end along x\n\n");
    printf("              n = 1          5         10         20\n");
    for (int w = 0; w < 4; w++) {
        printf("  %-8s", ways[w].name);
        for (int n = 1; n <= 20; n++) {
            Tensor *x = wanted(shape0(), (real[]){1}), *y = x;
            for (int k = 0; k < n; k++)
                y = ways[w].op(y);
            tensor_backward(y);
            if (n == 1 || n == 5 || n == 10 || n == 20)
                printf("  %9.2g", (double)x->grad[0]);
        }
        printf("\n");
    }
    printf("\nA sigmoid's slope is y (1 - y), at most 1/4, so each one leaves a quarter at\n"
           "best; ten leave a millionth. tanh and GELU take x itself towards 0. There a\n"
           "tanh's slope comes near 1 again, but a GELU's is 1/2.\n");
}

/* ---- dropout ---- */

static void fresh_mask(void)
{
    const bool forward[6] = {1, 0, 1, 1, 0, 1}, fresh[6] = {0, 1, 1, 0, 1, 1};
    const real values[6] = {1, 2, 3, 4, 5, 6}, upstream[6] = {1, 1, 1, 1, 1, 1};
    Tensor *x = wanted(shape1(6), values), *other = wanted(shape1(6), values);
    Tensor *y = tensor_dropout(x, forward, (real)0.5);
    print_values("x", values, 6);
    print_values("y, by the mask drawn forward", y->data, 6);
    tensor_backward_from(y, upstream);
    print_values("dx by the same mask", x->grad, 6);
    tensor_backward_from(tensor_dropout(other, fresh, (real)0.5), upstream);
    print_values("dx by a mask drawn anew for backward", other->grad, 6);
    printf("\nThe last line blames elements that were dropped and spares some that counted.\n"
           "Averaged over many masks the two agree here, so no test of averages finds it.\n");
}

static void no_rescale(void)
{
    enum { MANY = 100000 };
    const real rates[] = {(real)0.1, (real)0.5, (real)0.9};
    Random random = random_make(6, 0);
    Tensor *x = tensor_new(shape1(MANY));
    for (size_t i = 0; i < MANY; i++)
        x->data[i] = 1;
    printf("%d ones: their mean after dropout in training; at evaluation it is 1\n\n", MANY);
    printf("  rate   kept as they are   divided by 1 - rate\n");
    for (int r = 0; r < 3; r++) {
        bool *kept = dropout_mask(&random, MANY, rates[r]);
        real bare = tensor_item(tensor_mean(tensor_dropout(x, kept, rates[r]), ALL_AXES)) *
                    (1 - rates[r]);
        printf("  %.1f    %-16.2f   %.2f\n", (double)rates[r], (double)bare,
               (double)(bare / (1 - rates[r])));
    }
    printf("\nNot rescaled, every layer behind learns from inputs that are smaller than those it\n"
           "will be given when nothing is dropped.\n");
}

/* ---- what overflows ---- */

static void exp_over_exp(void)
{
    const real places[] = {-1000, -10, 0, 10, 1000};
    char first[16], second[16];
    printf("      x   e^x / (1 + e^x)   1 / (1 + e^-x)\n");
    for (int i = 0; i < 5; i++) {
        real x = places[i], grown = exp(x);
        printf("  %5g   %-15s   %s\n", (double)x, number_text(grown / (1 + grown), first),
               number_text(1 / (1 + exp(-x)), second));
    }
    printf("\nThe two are equal on paper. At 1000 the first is infinity / infinity. The second\n"
           "meets infinity at -1000, but as 1 / infinity, which is 0 and right.\n");
}

static void masked_infinity(void)
{
    const real values[3] = {2, 0, 1}, mask[3] = {1, 0, 1}, ones[3] = {1, 1, 1};
    Tensor *x = wanted(shape1(3), values);
    Tensor *y = tensor_mul(tensor_log(x), tensor_from(shape1(3), mask));
    tensor_backward_from(y, ones);
    print_values("x", values, 3);
    print_values("log x, times a mask of 1, 0, 1", y->data, 3);
    print_values("its dx", x->grad, 3);
    Tensor *safe = wanted(shape1(3), (real[]){2, 1, 1});
    Tensor *z = tensor_mul(tensor_log(safe), tensor_from(shape1(3), mask));
    tensor_backward_from(z, ones);
    print_values("with the 0 replaced by 1 before the log", z->data, 3);
    print_values("its dx", safe->grad, 3);
    printf("\n0 times infinity is NaN, forward and backward: what must not count has to be taken\n"
           "out before the operation that cannot bear it, not behind.\n");
}

int main(int argc, char **argv)
{
    static const Pitfall pitfalls[] = {
        {"two-gelus", "one GELU forward, the other one's slope backward", two_gelus},
        {"no-upstream", "the local slope without what came from above", no_upstream},
        {"dead-relu", "a relu that no example reaches", dead_relu},
        {"quarter-slopes", "sigmoids in a row", quarter_slopes},
        {"fresh-mask", "dropout's mask drawn anew for backward", fresh_mask},
        {"no-rescale", "dropout without the division by 1 - rate", no_rescale},
        {"exp-over-exp", "a sigmoid that is infinity over infinity", exp_over_exp},
        {"masked-infinity", "an infinity masked by a product with 0", masked_infinity},
    };
    int status = pitfalls_main(argc, argv, pitfalls, sizeof pitfalls / sizeof *pitfalls);
    tape_free();
    return status;
}
