/* The gate of chapter 06: every elementwise operation, its broadcasting, and the cases that the
 * lesson works by hand.
 *
 * Each forward is held to a plain loop written here, with the function written another way than the
 * library's; each gradient to five-point differences. Shapes have prime or pairwise different
 * sizes. The rows "by hand" hold values and gradients to numbers that the lesson derives. */
#include "ops/ops.h"

#include <string.h>

/* ---- two operands --------------------------------------------------------------------------- */
typedef Tensor *(*Binary)(Tensor *, Tensor *);
typedef struct {
    Binary op;
    char sign;
} BinaryCase;

static Tensor *binary_forward(Tensor *const *in, const void *context)
{
    return ((const BinaryCase *)context)->op(in[0], in[1]);
}

static real combine(char sign, real a, real b)
{
    switch (sign) {
    case '+': return a + b;
    case '-': return a - b;
    case '*': return a * b;
    default: return a / b;
    }
}

/* The element of t under index (i,j,k) of a result of rank 3, by the definition of broadcasting. */
static real stretched(const Tensor *t, const size_t index[3])
{
    size_t at = 0;
    for (int axis = 0; axis < t->shape.rank; axis++) {
        size_t dim = t->shape.dim[axis];
        at = at * dim + (dim == 1 ? 0 : index[axis + 3 - t->shape.rank]);
    }
    return t->data[at];
}

/* Results of these rows are (2,3,5). */
static void binary_reference(real *out, Tensor *const *in, const void *context)
{
    for (size_t i = 0; i < 2; i++)
        for (size_t j = 0; j < 3; j++)
            for (size_t k = 0; k < 5; k++) {
                const size_t index[3] = {i, j, k};
                *out++ = combine(((const BinaryCase *)context)->sign, stretched(in[0], index),
                                 stretched(in[1], index));
            }
}

static void check_binary(const char *name, const BinaryCase *which, Shape a, Shape b)
{
    char row[80];
    TapeMark mark = tape_mark();
    snprintf(row, sizeof row, "%s %s %s", name, shape_text(a), shape_text(b));
    Tensor *x = check_normal(a, 1), *y = check_away_from_zero(b, 1);
    tensor_check(&(TensorCheck){.name = row, .forward = binary_forward, .context = which, .n = 2,
                                .in = {x, y}, .shape = shape3(2, 3, 5),
                                .reference = binary_reference});
    tape_release(mark);
}

static Tensor *twice_forward(Tensor *const *in, const void *context)
{
    return ((const BinaryCase *)context)->op(in[0], in[0]);
}

static void twice_reference(real *out, Tensor *const *in, const void *context)
{
    for (size_t i = 0; i < in[0]->size; i++)
        out[i] = combine(((const BinaryCase *)context)->sign, in[0]->data[i], in[0]->data[i]);
}

static void check_twice(const char *name, const BinaryCase *which)
{
    char row[80];
    TapeMark mark = tape_mark();
    snprintf(row, sizeof row, "%s (7) with itself", name);
    tensor_check(&(TensorCheck){.name = row, .forward = twice_forward, .context = which, .n = 1,
                                .in = {check_away_from_zero(shape1(7), 1)}, .shape = shape1(7),
                                .reference = twice_reference});
    tape_release(mark);
}

static void check_all_binary(const char *name, Binary op, char sign)
{
    const BinaryCase which = {op, sign};
    check_binary(name, &which, shape3(2, 3, 5), shape3(2, 3, 5));
    check_binary(name, &which, shape3(2, 3, 5), shape1(5));
    check_binary(name, &which, shape1(5), shape3(2, 3, 5));
    check_binary(name, &which, shape3(2, 3, 5), shape0());
    check_binary(name, &which, shape3(2, 1, 5), shape2(3, 1));
    check_binary(name, &which, shape2(3, 5), shape3(2, 1, 1));
    check_twice(name, &which);
}

/* ---- one operand ---------------------------------------------------------------------------- */
typedef struct {
    Tensor *(*op)(Tensor *);
    double (*plain)(double);
} Unary;

static Tensor *unary_forward(Tensor *const *in, const void *context)
{
    return ((const Unary *)context)->op(in[0]);
}

static void unary_reference(real *out, Tensor *const *in, const void *context)
{
    for (size_t i = 0; i < in[0]->size; i++)
        out[i] = (real)((const Unary *)context)->plain((double)in[0]->data[i]);
}

static void check_unary(const char *row, Tensor *(*op)(Tensor *), double (*plain)(double),
                        Tensor *x)
{
    const Unary which = {op, plain};
    TapeMark mark = tape_mark();
    tensor_check(&(TensorCheck){.name = row, .forward = unary_forward, .context = &which, .n = 1,
                                .in = {x}, .shape = x->shape, .reference = unary_reference});
    tape_release(mark);
}

/* The same functions written another way than the library's. */
static double plain_exp(double x) { return 1 / exp(-x); }
static double plain_log(double x) { return log2(x) * 0.69314718055994530942; }
static double plain_tanh(double x) { return (exp(x) - exp(-x)) / (exp(x) + exp(-x)); }
static double plain_sigmoid(double x) { return (1 + plain_tanh(x / 2)) / 2; }
static double plain_relu(double x) { return (x + fabs(x)) / 2; }
static double plain_silu(double x) { return x * plain_sigmoid(x); }
static double plain_gelu(double x) { return x * erfc(-x / sqrt(2.0)) / 2; }
static double plain_gelu_tanh(double x)
{
    /* (1 + tanh u) / 2 = sigmoid(2u) */
    return x / (1 + exp(-2 * sqrt(2 / 3.14159265358979323846) * (x + 0.044715 * pow(x, 3))));
}

static Tensor *scale_forward(Tensor *const *in, const void *context)
{
    return tensor_scale(in[0], *(const real *)context);
}

static void scale_reference(real *out, Tensor *const *in, const void *context)
{
    for (size_t i = 0; i < in[0]->size; i++)
        out[i] = in[0]->data[i] * *(const real *)context;
}

static void check_scale(void)
{
    const real by = (real)-2.5;
    TapeMark mark = tape_mark();
    tensor_check(&(TensorCheck){.name = "scale (3,7) by -2.5", .forward = scale_forward,
                                .context = &by, .n = 1, .in = {check_normal(shape2(3, 7), 1)},
                                .shape = shape2(3, 7), .reference = scale_reference});
    tape_release(mark);
}

static const bool kept[30] = {1, 0, 1, 1, 0, 1, 1, 1, 0, 0, 1, 1, 0, 1, 1,
                              1, 1, 0, 1, 0, 1, 1, 1, 0, 1, 1, 1, 0, 1, 1};

static Tensor *dropout_forward(Tensor *const *in, const void *context)
{
    return tensor_dropout(in[0], kept, *(const real *)context);
}

static void dropout_reference(real *out, Tensor *const *in, const void *context)
{
    for (size_t i = 0; i < in[0]->size; i++)
        out[i] = (real)kept[i] * in[0]->data[i] / (1 - *(const real *)context);
}

static void check_dropout(const char *row, Tensor *x)
{
    const real rate = (real)0.25;
    TapeMark mark = tape_mark();
    tensor_check(&(TensorCheck){.name = row, .forward = dropout_forward, .context = &rate, .n = 1,
                                .in = {x}, .shape = x->shape, .reference = dropout_reference});
    tape_release(mark);
}

/* Every third element is 0, some kept and some dropped: the result doesn't tell which. */
static void check_dropout_rows(void)
{
    TapeMark mark = tape_mark();
    check_dropout("dropout (3,7) rate 0.25", check_normal(shape2(3, 7), 1));
    Tensor *x = check_normal(shape3(2, 3, 5), 1);
    for (size_t i = 0; i < x->size; i += 3)
        x->data[i] = 0;
    check_dropout("dropout (2,3,5) rate 0.25, with zeros", x);
    tape_release(mark);
}

/* ---- by hand -------------------------------------------------------------------------------- */

/* Numbers found against numbers known, to round-off. */
static void check_values(const char *row, const real *found, const double *known, size_t count)
{
    double worst = 0;
    for (size_t i = 0; i < count; i++)
        worst = fmax(worst, gate_error((double)found[i], known[i]));
    gate_check(row, worst <= (gate_is_float() ? 1e-6 : 1e-14), "%8zu  off by %.0e", count, worst);
}

static Tensor *wanted(Shape shape, const real *values)
{
    Tensor *x = tensor_from(shape, values);
    tensor_want_grad(x);
    return x;
}

/* A bias on every row: its gradient is the sum over the rows. */
static void check_row_bias(void)
{
    const real upstream[4] = {(real)0.5, 1, 2, 3};
    TapeMark mark = tape_mark();
    Tensor *a = wanted(shape2(2, 2), (real[]){1, 2, 3, 4}),
           *b = wanted(shape1(2), (real[]){10, 20});
    Tensor *y = tensor_add(a, b);
    tensor_backward_from(y, upstream);
    check_values("add by hand: [[1,2],[3,4]] + [10,20]", y->data, (double[]){11, 22, 13, 24}, 4);
    check_values("add by hand: the matrix' gradient", a->grad, (double[]){0.5, 1, 2, 3}, 4);
    check_values("add by hand: the bias' gradient", b->grad, (double[]){2.5, 4}, 2);
    tensor_zero_grad(b);
    Tensor *c = tensor_from(shape1(2), (real[]){1, 2});
    tensor_want_grad(c);
    tensor_backward_from(tensor_add(tensor_exp(tensor_scale(b, 0)), tensor_scale(c, 3)),
                         (real[]){1, 5});
    check_values("add by hand: of two results, the second", c->grad, (double[]){3, 15}, 2);
    tape_release(mark);
}

/* y, dy/da and dy/db at one point. */
static void check_binary_by_hand(const char *row, Tensor *(*op)(Tensor *, Tensor *), double a,
                                 double b, const double known[3])
{
    TapeMark mark = tape_mark();
    Tensor *x = wanted(shape0(), (real[]){(real)a}), *y = wanted(shape0(), (real[]){(real)b});
    Tensor *out = op(x, y);
    tensor_backward(out);
    check_values(row, (real[]){tensor_item(out), x->grad[0], y->grad[0]}, known, 3);
    tape_release(mark);
}

/* Values at two points, then slopes there. */
static void check_unary_by_hand(const char *row, Tensor *(*op)(Tensor *), real x0, real x1,
                                const double known[4])
{
    TapeMark mark = tape_mark();
    Tensor *x = wanted(shape1(2), (real[]){x0, x1});
    Tensor *y = op(x);
    tensor_backward_from(y, (real[]){1, 1});
    check_values(row, (real[]){y->data[0], y->data[1], x->grad[0], x->grad[1]}, known, 4);
    tape_release(mark);
}

static void check_functions_by_hand(void)
{
    check_binary_by_hand("sub by hand: 5 - 3", tensor_sub, 5, 3, (double[]){2, 1, -1});
    check_binary_by_hand("mul by hand: 5 x 3", tensor_mul, 5, 3, (double[]){15, 3, 5});
    check_binary_by_hand("div by hand: 6 / 4", tensor_div, 6, 4, (double[]){1.5, 0.25, -0.375});
    check_unary_by_hand("exp by hand: at 0 and log 2", tensor_exp, 0, (real)0.69314718055994530942,
                        (double[]){1, 2, 1, 2});
    check_unary_by_hand("log by hand: at 1 and 4", tensor_log, 1, 4,
                        (double[]){0, 1.38629436111989061883, 1, 0.25});
    check_unary_by_hand("tanh by hand: at 0 and log 2", tensor_tanh, 0,
                        (real)0.69314718055994530942, (double[]){0, 0.6, 1, 0.64});
    check_unary_by_hand("sigmoid by hand: at 0 and log 3", tensor_sigmoid, 0,
                        (real)1.09861228866810969140, (double[]){0.5, 0.75, 0.25, 0.1875});
    check_unary_by_hand("relu by hand: at its kink and 2", tensor_relu, 0, 2,
                        (double[]){0, 2, 0, 1});
    check_unary_by_hand("relu by hand: close to its kink", tensor_relu, (real)-1e-6, (real)1e-6,
                        (double[]){0, 1e-6, 0, 1});
    check_unary_by_hand("gelu by hand: at 1 and 0", tensor_gelu, 1, 0,
                        (double[]){0.84134474606854294859, 0, 1.08331547058768629838, 0.5});
    check_unary_by_hand("gelu_tanh by hand: at 1 and 0", tensor_gelu_tanh, 1, 0,
                        (double[]){0.84119199060827670478, 0, 1.08296408384578255514, 0.5});
    check_unary_by_hand("silu by hand: at 0 and log 3", tensor_silu, 0,
                        (real)1.09861228866810969140,
                        (double[]){0, 0.82395921650108226855, 0.5, 0.95598980412527056714});
}

/* A constant factor, in a diamond; and how far the two GELUs are apart where it is most. */
static void check_scale_and_gelus_by_hand(void)
{
    TapeMark mark = tape_mark();
    Tensor *x = wanted(shape1(2), (real[]){1, -2});
    Tensor *y = tensor_add(tensor_scale(x, 2), tensor_scale(x, 3));
    tensor_backward_from(y, (real[]){1, 10});
    check_values("scale by hand: 2x + 3x", (real[]){y->data[0], y->data[1], x->grad[0], x->grad[1]},
                 (double[]){5, -10, 5, 50}, 4);
    Tensor *at = tensor_from(shape2(2, 1), (real[]){(real)2.7, (real)-2.7});
    Tensor *apart = tensor_sub(tensor_gelu_tanh(at), tensor_gelu(at));
    double least = fmin((double)apart->data[0], (double)apart->data[1]);
    double most = fmax((double)apart->data[0], (double)apart->data[1]);
    gate_check("gelu_tanh less gelu at 2.7 and -2.7", least > 4.72e-4 && most < 4.74e-4,
               "%8d  between 0.000472 and 0.000474", 2);
    tape_release(mark);
}

/* Where the exponential overflows, nothing may. */
static void check_far_out(void)
{
    const double step[4] = {0, 1, 0, 0}, ramp[4] = {0, 1000, 0, 1};
    check_unary_by_hand("tanh at -1000 and 1000", tensor_tanh, -1000, 1000,
                        (double[]){-1, 1, 0, 0});
    check_unary_by_hand("sigmoid at -1000 and 1000", tensor_sigmoid, -1000, 1000, step);
    check_unary_by_hand("gelu at -1000 and 1000", tensor_gelu, -1000, 1000, ramp);
    check_unary_by_hand("gelu_tanh at -1000 and 1000", tensor_gelu_tanh, -1000, 1000, ramp);
    check_unary_by_hand("silu at -1000 and 1000", tensor_silu, -1000, 1000, ramp);
}

/* A mask that its owner reuses after forward must not reach backward. */
static void check_dropout_by_hand(void)
{
    bool mask[3] = {true, false, true};
    TapeMark mark = tape_mark();
    Tensor *x = wanted(shape1(3), (real[]){3, 5, 7});
    Tensor *y = tensor_dropout(x, mask, (real)0.75);
    mask[0] = false;
    mask[1] = true;
    tensor_backward_from(y, (real[]){1, 10, 100});
    check_values("dropout by hand: rate 0.75 of [3,5,7]", y->data, (double[]){12, 0, 28}, 3);
    check_values("dropout by hand: the same mask back", x->grad, (double[]){4, 0, 400}, 3);
    Random random = random_make(1964, 6);
    const bool *drawn = dropout_mask(&random, 10000, (real)0.25);
    int count = 0;
    for (int i = 0; i < 10000; i++)
        count += drawn[i];
    /* 7500 are expected, with a deviation of 43. */
    gate_check("dropout draws masks at its rate", count > 7330 && count < 7670,
               "%d of 10000 kept at rate 0.25", count);
    tape_release(mark);
}

/* Long enough for several threads' pieces: the same bits as in pieces of 4096. */
static void check_pieces(const char *row, Tensor *(*op)(Tensor *))
{
    enum { LONG = 2 * 4096 + 17, SHORT = 4096 };
    TapeMark mark = tape_mark();
    Tensor *x = check_normal(shape1(LONG), 2), *upstream = check_normal(shape1(LONG), 1);
    tensor_want_grad(x);
    Tensor *y = op(x);
    tensor_backward_from(y, upstream->data);
    bool same = true;
    for (size_t begin = 0; begin < LONG; begin += SHORT) {
        size_t size = LONG - begin < SHORT ? LONG - begin : SHORT;
        Tensor *part = wanted(shape1(size), x->data + begin);
        Tensor *value = op(part);
        tensor_backward_from(value, upstream->data + begin);
        same = same && memcmp(value->data, y->data + begin, size * sizeof(real)) == 0 &&
               memcmp(part->grad, x->grad + begin, size * sizeof(real)) == 0;
    }
    gate_check(row, same, "%8d  the same bits", LONG);
    tape_release(mark);
}

int main(int argc, char **argv)
{
    gate_begin(argc, argv, "06-elementwise");
    check_all_binary("add", tensor_add, '+');
    check_all_binary("sub", tensor_sub, '-');
    check_all_binary("mul", tensor_mul, '*');
    check_all_binary("div", tensor_div, '/');
    check_scale();
    check_unary("exp (3,7)", tensor_exp, plain_exp, check_normal(shape2(3, 7), 1));
    check_unary("log (3,7)", tensor_log, plain_log, check_uniform(shape2(3, 7), (real)0.5, 3));
    check_unary("tanh (3,7)", tensor_tanh, plain_tanh, check_normal(shape2(3, 7), 1));
    check_unary("sigmoid (3,7)", tensor_sigmoid, plain_sigmoid, check_normal(shape2(3, 7), 2));
    check_unary("relu (3,7) away from its kink", tensor_relu, plain_relu,
                check_away_from_zero(shape2(3, 7), (real)0.1));
    check_unary("gelu (3,7)", tensor_gelu, plain_gelu, check_normal(shape2(3, 7), 1));
    check_unary("gelu_tanh (3,7)", tensor_gelu_tanh, plain_gelu_tanh,
                check_normal(shape2(3, 7), 1));
    check_unary("silu (3,7)", tensor_silu, plain_silu, check_normal(shape2(3, 7), 2));
    check_unary("tanh (2,3,5) out to its tails", tensor_tanh, plain_tanh,
                check_normal(shape3(2, 3, 5), 3));
    check_unary("gelu (2,3,5) out to its tails", tensor_gelu, plain_gelu,
                check_normal(shape3(2, 3, 5), 3));
    check_unary("gelu_tanh (2,3,5) out to its tails", tensor_gelu_tanh, plain_gelu_tanh,
                check_normal(shape3(2, 3, 5), 3));
    check_unary("sigmoid (2,3,5) out to its tails", tensor_sigmoid, plain_sigmoid,
                check_uniform(shape3(2, 3, 5), -18, 18));
    check_unary("silu (2,3,5) out to its tails", tensor_silu, plain_silu,
                check_uniform(shape3(2, 3, 5), -18, 18));
    check_unary("relu (2,3,5) away from its kink", tensor_relu, plain_relu,
                check_away_from_zero(shape3(2, 3, 5), (real)0.1));
    check_dropout_rows();
    check_row_bias();
    check_functions_by_hand();
    check_scale_and_gelus_by_hand();
    check_dropout_by_hand();
    check_far_out();
    check_pieces("exp (8209) in threads' pieces", tensor_exp);
    check_pieces("tanh (8209) in threads' pieces", tensor_tanh);
    check_pieces("sigmoid (8209) in threads' pieces", tensor_sigmoid);
    check_pieces("relu (8209) in threads' pieces", tensor_relu);
    check_pieces("silu (8209) in threads' pieces", tensor_silu);
    check_pieces("gelu (8209) in threads' pieces", tensor_gelu);
    check_pieces("gelu_tanh (8209) in threads' pieces", tensor_gelu_tanh);
    tape_free();
    return gate_end();
}
