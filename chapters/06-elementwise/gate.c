/* The gate of chapter 06: every elementwise operation, its broadcasting, and the sanity cases.
 *
 * Each forward is held to a plain loop written here, or to the C library's own function; each
 * gradient to five-point differences. Shapes have prime or pairwise different sizes. */
#include "ops/ops.h"

/* ---- two operands ------------------------------------------------------------------------------ */
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

/* ---- one operand ------------------------------------------------------------------------------- */
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

static void check_unary(const char *row, Tensor *(*op)(Tensor *), double (*plain)(double), Tensor *x)
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

static const bool kept[21] = {1, 0, 1, 1, 0, 1, 1, 1, 0, 0, 1, 1, 0, 1, 1, 1, 1, 0, 1, 0, 1};

static Tensor *dropout_forward(Tensor *const *in, const void *context)
{
    return tensor_dropout(in[0], kept, *(const real *)context);
}

static void dropout_reference(real *out, Tensor *const *in, const void *context)
{
    for (size_t i = 0; i < in[0]->size; i++)
        out[i] = (real)kept[i] * in[0]->data[i] / (1 - *(const real *)context);
}

static void check_dropout(void)
{
    const real rate = (real)0.25;
    TapeMark mark = tape_mark();
    tensor_check(&(TensorCheck){.name = "dropout (3,7) rate 0.25", .forward = dropout_forward,
                                .context = &rate, .n = 1, .in = {check_normal(shape2(3, 7), 1)},
                                .shape = shape2(3, 7), .reference = dropout_reference});
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
    check_unary("gelu_tanh (3,7)", tensor_gelu_tanh, plain_gelu_tanh, check_normal(shape2(3, 7), 1));
    check_unary("silu (3,7)", tensor_silu, plain_silu, check_normal(shape2(3, 7), 2));
    check_dropout();
    tape_free();
    return gate_end();
}
