/* The rows of matmul and linear: every pair of ranks, one tensor as both operands, an operand that
 * wants no gradient, a weight that a batch shares. Held to the triple loop. */
#include "gate.h"

/* ---- matmul ---------------------------------------------------------------------------------- */
static Tensor *matmul_forward(Tensor *const *in, const void *context)
{
    (void)context;
    return tensor_matmul(in[0], in[1]);
}

/* out_bmn = sum_k a_bmk b_bkn, one matrix b for all when it has two axes. */
static void multiply(real *out, const Tensor *a, const Tensor *b)
{
    int ra = a->shape.rank, rb = b->shape.rank;
    size_t rows = a->shape.dim[ra - 2], inner = a->shape.dim[ra - 1],
           columns = b->shape.dim[rb - 1];
    size_t batches = a->size / (rows * inner);
    for (size_t batch = 0; batch < batches; batch++)
        for (size_t m = 0; m < rows; m++)
            for (size_t n = 0; n < columns; n++) {
                real sum = 0;
                for (size_t k = 0; k < inner; k++)
                    sum += a->data[(batch * rows + m) * inner + k] *
                           b->data[((rb == 2 ? 0 : batch) * inner + k) * columns + n];
                *out++ = sum;
            }
}

static void matmul_reference(real *out, Tensor *const *in, const void *context)
{
    (void)context;
    multiply(out, in[0], in[1]);
}

/* A product is linear in each operand: a long step costs nothing and keeps round-off small. */
static void check_matmul(Shape a, Shape b, Shape result)
{
    char row[80];
    snprintf(row, sizeof row, "matmul %s %s", shape_text(a), shape_text(b));
    TapeMark mark = tape_mark();
    tensor_check(&(TensorCheck){.name = row, .forward = matmul_forward, .n = 2,
                                .in = {check_normal(a, 1), check_normal(b, 1)}, .shape = result,
                                .reference = matmul_reference, .step = (real)0.125});
    tape_release(mark);
}

/* Products of one tensor with itself, and with its own transpose. */
static Tensor *square_forward(Tensor *const *in, const void *context)
{
    return tensor_matmul(in[0], context == NULL ? in[0] : tensor_transpose(in[0]));
}

static void square_reference(real *out, Tensor *const *in, const void *context)
{
    const Tensor *a = in[0];
    int rank = a->shape.rank;
    size_t rows = a->shape.dim[rank - 2], inner = a->shape.dim[rank - 1];
    for (const real *x = a->data; x < a->data + a->size; x += rows * inner)
        for (size_t m = 0; m < rows; m++)
            for (size_t n = 0; n < rows; n++) {
                *out = 0;
                for (size_t k = 0; k < inner; k++)
                    *out +=
                        x[m * inner + k] * (context == NULL ? x[k * inner + n] : x[n * inner + k]);
                out++;
            }
}

static void check_square(const char *row, Shape shape, bool transposed)
{
    static const char yes = 1;
    TapeMark mark = tape_mark();
    Shape result = shape_with(shape, shape.rank - 1, shape.dim[shape.rank - 2]);
    tensor_check(&(TensorCheck){.name = row, .forward = square_forward,
                                .context = transposed ? &yes : NULL, .n = 1,
                                .in = {check_normal(shape, 1)}, .shape = result,
                                .reference = square_reference});
    tape_release(mark);
}

/* One operand that wants no gradient: context is an array of both, NULL where the input goes. */
static void put_together(Tensor **both, Tensor *const *in, const void *context)
{
    Tensor *const *given = context;
    for (int k = 0; k < 2; k++)
        both[k] = given[k] == NULL ? in[0] : given[k];
}

static Tensor *half_forward(Tensor *const *in, const void *context)
{
    Tensor *both[2];
    put_together(both, in, context);
    return tensor_matmul(both[0], both[1]);
}

static void half_reference(real *out, Tensor *const *in, const void *context)
{
    Tensor *both[2];
    put_together(both, in, context);
    multiply(out, both[0], both[1]);
}

static void check_half(const char *row, int constant)
{
    TapeMark mark = tape_mark();
    Tensor *both[2] = {check_normal(shape3(2, 3, 5), 1), check_normal(shape3(2, 5, 7), 1)};
    Tensor *input = both[1 - constant];
    both[1 - constant] = NULL;
    tensor_check(&(TensorCheck){.name = row, .forward = half_forward, .context = both, .n = 1,
                                .in = {input}, .shape = shape3(2, 3, 7),
                                .reference = half_reference});
    gate_check(row, !both[constant]->has_grad, "the constant got no gradient");
    tape_release(mark);
}

void check_matmuls(void)
{
    check_matmul(shape2(5, 3), shape2(3, 7), shape2(5, 7));
    check_matmul(shape2(1, 5), shape2(5, 1), shape2(1, 1));
    check_matmul(shape2(3, 1), shape2(1, 5), shape2(3, 5));
    check_matmul(shape2(11, 2), shape2(2, 53), shape2(11, 53));
    check_matmul(shape2(1, 257), shape2(257, 2), shape2(1, 2)); /* longer than one block of gemm */
    check_matmul(shape3(2, 3, 5), shape2(5, 7), shape3(2, 3, 7));
    check_matmul(shape4(2, 3, 4, 5), shape2(5, 7), shape4(2, 3, 4, 7));
    check_matmul(shape3(2, 3, 5), shape3(2, 5, 7), shape3(2, 3, 7));
    check_matmul(shape4(2, 3, 4, 5), shape4(2, 3, 5, 7), shape4(2, 3, 4, 7));
    check_matmul(shape3(1, 3, 5), shape3(1, 5, 2), shape3(1, 3, 2));
    check_square("matmul (5,5) with itself", shape2(5, 5), false);
    check_square("matmul (2,3,3) with itself", shape3(2, 3, 3), false);
    check_square("matmul (2,3,5) with its transpose", shape3(2, 3, 5), true);
    check_half("matmul (2,3,5) constant by (2,5,7)", 0);
    check_half("matmul (2,3,5) by (2,5,7) constant", 1);
}

/* A weight that a batch shares: its gradient is the sum over the batch, however it is computed. */
void check_shared_weight(void)
{
    TapeMark mark = tape_mark();
    Tensor *x = check_normal(shape3(2, 3, 5), 1), *w = check_normal(shape2(5, 7), 1);
    Tensor *upstream = check_normal(shape3(2, 3, 7), 1);
    tensor_want_grad(w);
    tensor_backward_from(tensor_matmul(x, w), upstream->data);
    double worst = 0;
    for (size_t k = 0; k < 5; k++)
        for (size_t n = 0; n < 7; n++) {
            double sum = 0;
            for (size_t row = 0; row < 6; row++)
                sum += (double)x->data[row * 5 + k] * (double)upstream->data[row * 7 + n];
            worst = fmax(worst, gate_error((double)w->grad[k * 7 + n], sum));
        }
    gate_check("matmul a weight that a batch shares", worst <= (gate_is_float() ? 1e-4 : 1e-13),
               "%8d  the sum over the batch", 35);
    tape_release(mark);
}

/* ---- linear ---------------------------------------------------------------------------------- */

/* Which inputs are x, weight and bias; a bias of -1 is NULL. Tied inputs have the same number. */
typedef struct {
    int x, weight, bias;
} LinearUse;

static Tensor *linear_forward(Tensor *const *in, const void *context)
{
    const LinearUse *use = context;
    return tensor_linear(in[use->x], in[use->weight], use->bias < 0 ? NULL : in[use->bias]);
}

static void linear_reference(real *out, Tensor *const *in, const void *context)
{
    const LinearUse *use = context;
    const Tensor *x = in[use->x], *weight = in[use->weight];
    size_t inputs = weight->shape.dim[0], outputs = weight->shape.dim[1];
    for (size_t row = 0; row < x->size / inputs; row++)
        for (size_t o = 0; o < outputs; o++) {
            real sum = use->bias < 0 ? 0 : in[use->bias]->data[o];
            for (size_t i = 0; i < inputs; i++)
                sum += x->data[row * inputs + i] * weight->data[i * outputs + o];
            *out++ = sum;
        }
}

static void check_linear(Shape x, size_t outputs, bool biased)
{
    size_t inputs = x.dim[x.rank - 1];
    const LinearUse use = {0, 1, biased ? 2 : -1};
    char row[80];
    snprintf(row, sizeof row, "linear %s to %zu, %s", shape_text(x), outputs,
             biased ? "with bias" : "without bias");
    TapeMark mark = tape_mark();
    tensor_check(&(TensorCheck){.name = row, .forward = linear_forward, .context = &use,
                                .n = biased ? 3 : 2,
                                .in = {check_normal(x, 1), check_normal(shape2(inputs, outputs), 1),
                                       check_normal(shape1(outputs), 1)},
                                .shape = shape_with(x, x.rank - 1, outputs),
                                .reference = linear_reference});
    tape_release(mark);
}

static void check_linear_tied(const char *row, Shape x, LinearUse use, Shape second)
{
    TapeMark mark = tape_mark();
    int n = 1 + (use.weight > 0 || use.bias > 0);
    tensor_check(&(TensorCheck){.name = row, .forward = linear_forward, .context = &use, .n = n,
                                .in = {check_normal(x, 1), check_normal(second, 1)}, .shape = x,
                                .reference = linear_reference});
    tape_release(mark);
}

/* Only x and bias are poked: the bias' gradient must not hang on the weight's. */
static void check_linear_constant(void)
{
    const LinearUse use = {0, 2, 1};
    TapeMark mark = tape_mark();
    Tensor *x = check_normal(shape2(3, 5), 1), *bias = check_normal(shape1(7), 1);
    Tensor *weight = check_normal(shape2(5, 7), 1);
    tensor_check(&(TensorCheck){.name = "linear (3,5) to 7, weight constant",
                                .forward = linear_forward, .context = &use, .n = 2,
                                .in = {x, bias, weight}, .shape = shape2(3, 7),
                                .reference = linear_reference});
    gate_check("linear (3,5) to 7, weight constant", !weight->has_grad,
               "the constant got no gradient");
    tape_release(mark);
}

void check_linears(void)
{
    check_linear(shape1(5), 7, true);
    check_linear(shape2(3, 5), 7, true);
    check_linear(shape2(3, 5), 7, false);
    check_linear(shape3(2, 3, 5), 7, true);
    check_linear(shape3(2, 3, 5), 7, false);
    check_linear(shape4(2, 3, 4, 5), 7, true);
    check_linear(shape2(3, 1), 5, true);
    check_linear(shape2(3, 5), 1, true);
    check_linear(shape2(5, 2), 67, true); /* more columns than one piece of the bias' gradient */
    check_linear_tied("linear (5,5) its own weight", shape2(5, 5), (LinearUse){0, 0, 1}, shape1(5));
    check_linear_tied("linear (5) its own bias", shape1(5), (LinearUse){0, 1, 0}, shape2(5, 5));
    check_linear_constant();
}
