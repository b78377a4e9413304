/* The gate of chapter 07: matrix products, linear layers, sums and means, and the operations that
 * only move elements; at its end a three-layer network made of them.
 *
 * Forwards are held to plain loops written here from the definitions, over whole index tuples, so
 * that nothing of the library's arithmetic of strides is repeated; gradients to five-point
 * differences. Sizes are prime or pairwise different: a wrong transpose does not fit. */
#include "ops/ops.h"

#include <string.h>

/* ---- indices -------------------------------------------------------------------------------- */

/* The index tuple of element `at` of a row-major shape, and back. */
static void index_split(Shape shape, size_t at, size_t index[RANK_MAX])
{
    for (int axis = shape.rank - 1; axis >= 0; axis--) {
        index[axis] = at % shape.dim[axis];
        at /= shape.dim[axis];
    }
}

static size_t index_join(Shape shape, const size_t index[RANK_MAX])
{
    size_t at = 0;
    for (int axis = 0; axis < shape.rank; axis++)
        at = at * shape.dim[axis] + index[axis];
    return at;
}

static int from_front(int axis, int rank)
{
    return axis < 0 ? axis + rank : axis;
}

/* ---- matmul --------------------------------------------------------------------------------- */
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

static void check_matmuls(void)
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

/* ---- linear --------------------------------------------------------------------------------- */

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

static void check_linears(void)
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

/* ---- sum and mean --------------------------------------------------------------------------- */
typedef struct {
    Tensor *(*op)(Tensor *, int);
    int axis;
    bool mean;
} Reduction;

static Tensor *reduction_forward(Tensor *const *in, const void *context)
{
    const Reduction *r = context;
    return r->op(in[0], r->axis);
}

/* Each element is added at the index that is left when the axis is struck out. */
static void reduction_reference(real *out, Tensor *const *in, const void *context)
{
    const Reduction *r = context;
    Shape shape = in[0]->shape;
    int axis = from_front(r->axis, shape.rank);
    size_t n = r->axis == ALL_AXES ? in[0]->size : shape.dim[axis];
    for (size_t i = 0; i < in[0]->size / n; i++)
        out[i] = 0;
    for (size_t i = 0; i < in[0]->size; i++) {
        size_t index[RANK_MAX], at = 0;
        index_split(shape, i, index);
        for (int a = 0; a < shape.rank && r->axis != ALL_AXES; a++)
            at = a == axis ? at : at * shape.dim[a] + index[a];
        out[at] += in[0]->data[i] / (real)(r->mean ? n : 1);
    }
}

/* Numbers whose sum is not near 0, where a float would keep few of its digits. */
static void check_reduction(bool mean, Shape x, int axis, Shape result)
{
    const Reduction which = {mean ? tensor_mean : tensor_sum, axis, mean};
    const char *op = mean ? "mean" : "sum";
    char row[80];
    if (axis == ALL_AXES)
        snprintf(row, sizeof row, "%s %s over all axes", op, shape_text(x));
    else
        snprintf(row, sizeof row, "%s %s over axis %d", op, shape_text(x), axis);
    TapeMark mark = tape_mark();
    tensor_check(&(TensorCheck){.name = row,
                                .forward = reduction_forward,
                                .context = &which,
                                .n = 1,
                                .in = {check_uniform(x, (real)-0.2, 1)},
                                .shape = result,
                                .reference = reduction_reference});
    tape_release(mark);
}

static void check_reductions(bool mean)
{
    Shape x = shape4(2, 3, 5, 7);
    check_reduction(mean, x, 0, shape3(3, 5, 7));
    check_reduction(mean, x, 1, shape3(2, 5, 7));
    check_reduction(mean, x, 2, shape3(2, 3, 7));
    check_reduction(mean, x, 3, shape3(2, 3, 5));
    check_reduction(mean, x, -2, shape3(2, 3, 7));
    check_reduction(mean, shape1(7), 0, shape0());
    check_reduction(mean, shape3(3, 1, 5), 1, shape2(3, 5));
    check_reduction(mean, x, ALL_AXES, shape0());
    check_reduction(mean, shape0(), ALL_AXES, shape0());
}

/* x minus the mean of its rows: x is used twice, and the gradient of each row sums to zero. */
static Tensor *centre_forward(Tensor *const *in, const void *context)
{
    (void)context;
    return tensor_sub(in[0], tensor_reshape(tensor_mean(in[0], 1), shape2(3, 1)));
}

static void centre_reference(real *out, Tensor *const *in, const void *context)
{
    (void)context;
    for (size_t i = 0; i < 15; i++) {
        const real *row = in[0]->data + i / 5 * 5;
        out[i] = in[0]->data[i] - (row[0] + row[1] + row[2] + row[3] + row[4]) / 5;
    }
}

static void check_centre(void)
{
    TapeMark mark = tape_mark();
    tensor_check(&(TensorCheck){.name = "mean (3,5) of rows, taken off them",
                                .forward = centre_forward,
                                .n = 1,
                                .in = {check_normal(shape2(3, 5), 1)},
                                .shape = shape2(3, 5),
                                .reference = centre_reference});
    tape_release(mark);
}

/* ---- transpose, permute, reshape ------------------------------------------------------------ */
static Tensor *permute_forward(Tensor *const *in, const void *context)
{
    return tensor_permute(in[0], context);
}

static void permute_reference(real *out, Tensor *const *in, const void *context)
{
    const int *axes = context;
    Shape from = in[0]->shape, to = from;
    for (int a = 0; a < from.rank; a++)
        to.dim[a] = from.dim[axes[a]];
    for (size_t i = 0; i < in[0]->size; i++) {
        size_t index[RANK_MAX], moved[RANK_MAX];
        index_split(from, i, index);
        for (int a = 0; a < from.rank; a++)
            moved[a] = index[axes[a]];
        out[index_join(to, moved)] = in[0]->data[i];
    }
}

static Tensor *transpose_forward(Tensor *const *in, const void *context)
{
    (void)context;
    return tensor_transpose(in[0]);
}

/* Element by element of the axes' order; NULL is the transpose of the last two. */
static void check_moved(Shape x, const int *axes)
{
    const int last_two[3][RANK_MAX] = {{1, 0}, {0, 2, 1}, {0, 1, 3, 2}};
    const int *order = axes == NULL ? last_two[x.rank - 2] : axes;
    char row[80];
    Shape result = x;
    int used =
        snprintf(row, sizeof row, "%s %s", axes == NULL ? "transpose" : "permute", shape_text(x));
    for (int a = 0; a < x.rank; a++) {
        result.dim[a] = x.dim[order[a]];
        if (axes != NULL)
            used +=
                snprintf(row + used, sizeof row - (size_t)used, a == 0 ? " by %d" : ",%d", axes[a]);
    }
    TapeMark mark = tape_mark();
    tensor_check(&(TensorCheck){.name = row, .context = order, .n = 1,
                                .forward = axes == NULL ? transpose_forward : permute_forward,
                                .in = {check_normal(x, 1)}, .shape = result,
                                .reference = permute_reference});
    tape_release(mark);
}

static void check_moves(void)
{
    check_moved(shape2(3, 5), NULL);
    check_moved(shape3(2, 3, 5), NULL);
    check_moved(shape4(2, 3, 5, 7), NULL);
    static const int of_three[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                       {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    for (int p = 0; p < 6; p++)
        check_moved(shape3(2, 3, 5), of_three[p]);
    static const int of_four[6][4] = {{0, 2, 1, 3}, {1, 2, 3, 0}, {3, 0, 1, 2},
                                      {2, 3, 0, 1}, {3, 2, 1, 0}, {1, 3, 0, 2}};
    for (int p = 0; p < 6; p++)
        check_moved(shape4(2, 3, 5, 7), of_four[p]);
    check_moved(shape2(3, 5), (const int[]){1, 0});
    check_moved(shape1(7), (const int[]){0});
    check_moved(shape0(), (const int[]){0}); /* no axis at all: nothing to move */
}

/* Two views of x of other shapes, and x itself, meet again. */
static Tensor *reshape_forward(Tensor *const *in, const void *context)
{
    (void)context;
    Tensor *matrix = tensor_reshape(in[0], shape2(6, 5));
    Tensor *back = tensor_reshape(tensor_reshape(matrix, shape1(30)), shape4(3, 2, 1, 5));
    return tensor_mul(tensor_reshape(back, shape3(2, 3, 5)), in[0]);
}

static void reshape_reference(real *out, Tensor *const *in, const void *context)
{
    (void)context;
    for (size_t i = 0; i < in[0]->size; i++)
        out[i] = in[0]->data[i] * in[0]->data[i];
}

static Tensor *reshape_alone(Tensor *const *in, const void *context)
{
    (void)context;
    return tensor_reshape(in[0], shape2(10, 3));
}

static void same_reference(real *out, Tensor *const *in, const void *context)
{
    (void)context;
    memcpy(out, in[0]->data, in[0]->size * sizeof *out);
}

static void check_reshape(void)
{
    TapeMark mark = tape_mark();
    Tensor *x = check_normal(shape3(2, 3, 5), 1);
    tensor_check(&(TensorCheck){.name = "reshape (2,3,5) to (10,3)",
                                .forward = reshape_alone,
                                .n = 1,
                                .in = {x},
                                .shape = shape2(10, 3),
                                .reference = same_reference});
    tensor_check(&(TensorCheck){.name = "reshape (2,3,5) there and back, times x",
                                .forward = reshape_forward, .n = 1, .in = {x},
                                .shape = shape3(2, 3, 5), .reference = reshape_reference});
    gate_check("reshape copies nothing", tensor_reshape(x, shape1(30))->data == x->data,
               "the same memory");
    tape_release(mark);
}

/* ---- slice and concat ----------------------------------------------------------------------- */
typedef struct {
    int axis;
    size_t begin, end;
} Part;

static Tensor *slice_forward(Tensor *const *in, const void *context)
{
    const Part *p = context;
    return tensor_slice(in[0], p->axis, p->begin, p->end);
}

static void slice_reference(real *out, Tensor *const *in, const void *context)
{
    const Part *p = context;
    int axis = from_front(p->axis, in[0]->shape.rank);
    for (size_t i = 0; i < in[0]->size; i++) {
        size_t index[RANK_MAX];
        index_split(in[0]->shape, i, index);
        if (index[axis] >= p->begin && index[axis] < p->end)
            *out++ = in[0]->data[i];
    }
}

static void check_slice(Shape x, int axis, size_t begin, size_t end)
{
    const Part part = {axis, begin, end};
    char row[80];
    snprintf(row, sizeof row, "slice %s axis %d [%zu,%zu)", shape_text(x), axis, begin, end);
    TapeMark mark = tape_mark();
    tensor_check(&(TensorCheck){.name = row, .forward = slice_forward, .context = &part, .n = 1,
                                .in = {check_normal(x, 1)},
                                .shape = shape_with(x, from_front(axis, x.rank), end - begin),
                                .reference = slice_reference});
    tape_release(mark);
}

/* Two parts that share the middle row: its gradient comes from both. */
static Tensor *overlap_forward(Tensor *const *in, const void *context)
{
    (void)context;
    return tensor_mul(tensor_slice(in[0], 0, 0, 3), tensor_slice(in[0], 0, 2, 5));
}

static void overlap_reference(real *out, Tensor *const *in, const void *context)
{
    (void)context;
    for (size_t i = 0; i < 9; i++)
        out[i] = in[0]->data[i] * in[0]->data[i + 6];
}

static void check_slices(void)
{
    Shape x = shape4(2, 3, 5, 7);
    check_slice(x, 0, 1, 2);
    check_slice(x, 1, 0, 2);
    check_slice(x, 2, 1, 4);
    check_slice(x, 3, 3, 7);
    check_slice(x, -2, 2, 3);
    check_slice(x, 1, 0, 3);
    check_slice(shape2(3, 5), 1, 2, 2);
    check_slice(shape1(7), 0, 2, 5);
    TapeMark mark = tape_mark();
    tensor_check(&(TensorCheck){.name = "slice (5,3) twice, overlapping",
                                .forward = overlap_forward,
                                .n = 1,
                                .in = {check_normal(shape2(5, 3), 1)},
                                .shape = shape2(3, 3),
                                .reference = overlap_reference});
    tape_release(mark);
}

/* Which inputs are joined, in order, and along which axis. */
typedef struct {
    int axis, n, part[4];
} Join;

static Tensor *concat_forward(Tensor *const *in, const void *context)
{
    const Join *join = context;
    Tensor *parts[4];
    for (int k = 0; k < join->n; k++)
        parts[k] = in[join->part[k]];
    return tensor_concat(parts, join->n, join->axis);
}

static void concat_reference(real *out, Tensor *const *in, const void *context)
{
    const Join *join = context;
    int axis = from_front(join->axis, in[0]->shape.rank);
    Shape whole = shape_with(in[0]->shape, axis, 0);
    for (int k = 0; k < join->n; k++)
        whole.dim[axis] += in[join->part[k]]->shape.dim[axis];
    size_t offset = 0;
    for (int k = 0; k < join->n; k++) {
        const Tensor *part = in[join->part[k]];
        for (size_t i = 0; i < part->size; i++) {
            size_t index[RANK_MAX];
            index_split(part->shape, i, index);
            index[axis] += offset;
            out[index_join(whole, index)] = part->data[i];
        }
        offset += part->shape.dim[axis];
    }
}

/* Parts of 2, 1 and 4 along `axis` of a shape (2,3,5,7) cut to its first `rank` axes. */
static void check_concat(int rank, int axis)
{
    const Join join = {axis, 3, {0, 1, 2, 0}};
    int front = from_front(axis, rank);
    Shape shape = {rank, {2, 3, 5, 7}}, part[3];
    for (int k = 0; k < 3; k++)
        part[k] = shape_with(shape, front, (const size_t[]){2, 1, 4}[k]);
    char row[80];
    snprintf(row, sizeof row, "concat %s and 2 more, axis %d", shape_text(part[0]), axis);
    TapeMark mark = tape_mark();
    tensor_check(&(TensorCheck){
        .name = row,
        .forward = concat_forward,
        .context = &join,
        .n = 3,
        .in = {check_normal(part[0], 1), check_normal(part[1], 1), check_normal(part[2], 1)},
        .shape = shape_with(shape, front, 7),
        .reference = concat_reference});
    tape_release(mark);
}

static void check_concat_reuse(const char *row, Join join, size_t columns)
{
    TapeMark mark = tape_mark();
    tensor_check(
        &(TensorCheck){.name = row,
                       .forward = concat_forward,
                       .context = &join,
                       .n = join.n > 2 ? 2 : 1,
                       .in = {check_normal(shape2(3, 2), 1), check_normal(shape2(3, 5), 1)},
                       .shape = shape2(3, columns),
                       .reference = concat_reference});
    tape_release(mark);
}

/* A constant between two parts: what comes after it must still find its own gradient. */
static void check_concat_constant(void)
{
    TapeMark mark = tape_mark();
    Tensor *parts[3] = {tensor_from(shape1(1), (real[]){1}), tensor_from(shape1(2), (real[]){2, 3}),
                        tensor_from(shape1(2), (real[]){4, 5})};
    tensor_want_grad(parts[0]);
    tensor_want_grad(parts[2]);
    tensor_backward_from(tensor_concat(parts, 3, 0), (real[]){10, 20, 30, 40, 50});
    gate_check("concat around a constant",
               parts[0]->grad[0] == 10 && parts[2]->grad[0] == 40 && parts[2]->grad[1] == 50 &&
                   !parts[1]->has_grad,
               "each part its own");
    tape_release(mark);
}

static void check_concats(void)
{
    for (int axis = 0; axis < 4; axis++)
        check_concat(4, axis);
    check_concat(3, -2);
    check_concat(1, 0);
    check_concat_reuse("concat (3,2) alone", (Join){1, 1, {0}}, 2);
    check_concat_reuse("concat (3,2) with itself", (Join){1, 2, {0, 0}}, 4);
    check_concat_reuse("concat (3,2) on both sides of (3,5)", (Join){1, 3, {0, 1, 0}}, 9);
    check_concat_constant();
}

/* ---- a network ------------------------------------------------------------------------------ */
enum { WIDTHS = 4 };
static const size_t width[WIDTHS] = {3, 7, 4, 2};

/* in[0] is x (5,3), then weight and bias of each layer; tanh between, nothing after the last. */
static Tensor *mlp_forward(Tensor *const *in, const void *context)
{
    (void)context;
    Tensor *h = in[0];
    for (int layer = 0; layer < WIDTHS - 1; layer++) {
        h = tensor_linear(h, in[1 + 2 * layer], in[2 + 2 * layer]);
        h = layer < WIDTHS - 2 ? tensor_tanh(h) : h;
    }
    return h;
}

static void mlp_reference(real *out, Tensor *const *in, const void *context)
{
    (void)context;
    for (size_t row = 0; row < 5; row++) {
        real from[7], to[7];
        memcpy(from, in[0]->data + row * 3, 3 * sizeof *from);
        for (int layer = 0; layer < WIDTHS - 1; layer++) {
            const Tensor *weight = in[1 + 2 * layer], *bias = in[2 + 2 * layer];
            for (size_t o = 0; o < width[layer + 1]; o++) {
                to[o] = bias->data[o];
                for (size_t i = 0; i < width[layer]; i++)
                    to[o] += from[i] * weight->data[i * width[layer + 1] + o];
                to[o] = layer < WIDTHS - 2 ? tanh(to[o]) : to[o];
            }
            memcpy(from, to, sizeof from);
        }
        memcpy(out + row * 2, from, 2 * sizeof *out);
    }
}

static void check_mlp(void)
{
    TapeMark mark = tape_mark();
    TensorCheck check = {.name = "mlp (5,3) to 7 to 4 to 2", .forward = mlp_forward, .n = 7,
                         .in = {check_normal(shape2(5, 3), 1)}, .shape = shape2(5, 2),
                         .reference = mlp_reference};
    for (int layer = 0; layer < WIDTHS - 1; layer++) {
        check.in[1 + 2 * layer] = check_normal(shape2(width[layer], width[layer + 1]), (real)0.3);
        check.in[2 + 2 * layer] = check_normal(shape1(width[layer + 1]), (real)0.3);
    }
    tensor_check(&check);
    tape_release(mark);
}

/* ---- by hand -------------------------------------------------------------------------------- */
static void check_values(const char *row, const real *found, const double *known, size_t count)
{
    bool equal = true;
    for (size_t i = 0; i < count; i++)
        equal = equal && (double)found[i] == known[i];
    gate_check(row, equal, "%8zu  exactly", count);
}

static Tensor *wanted(Shape shape, const real *values)
{
    Tensor *x = tensor_from(shape, values);
    tensor_want_grad(x);
    return x;
}

static void check_products_by_hand(void)
{
    const real one[4] = {1, 0, 0, 1}, count[4] = {1, 2, 3, 4};
    TapeMark mark = tape_mark();
    Tensor *x = wanted(shape2(2, 2), count), *w = wanted(shape2(2, 2), one);
    Tensor *y = tensor_matmul(x, w);
    tensor_backward_from(y, one);
    check_values("matmul by hand: [[1,2],[3,4]] I", y->data, (double[]){1, 2, 3, 4}, 4);
    check_values("matmul by hand: dW = X^T", w->grad, (double[]){1, 3, 2, 4}, 4);
    check_values("matmul by hand: dX = I", x->grad, (double[]){1, 0, 0, 1}, 4);

    const real twice[8] = {1, 2, 3, 4, 1, 2, 3, 4}, two_ones[8] = {1, 0, 0, 1, 1, 0, 0, 1};
    w = wanted(shape2(2, 2), one);
    tensor_backward_from(tensor_matmul(wanted(shape3(2, 2, 2), twice), w), two_ones);
    check_values("matmul by hand: two batches, one W", w->grad, (double[]){2, 6, 4, 8}, 4);
    w = wanted(shape3(2, 2, 2), two_ones);
    tensor_backward_from(tensor_matmul(wanted(shape3(2, 2, 2), twice), w), two_ones);
    check_values("matmul by hand: each its own W", w->grad, (double[]){1, 3, 2, 4, 1, 3, 2, 4}, 8);

    Tensor *bias = wanted(shape1(2), (real[]){10, 20});
    x = wanted(shape2(2, 2), count);
    w = wanted(shape2(2, 2), (real[]){0, 1, 1, 0});
    y = tensor_linear(x, w, bias);
    tensor_backward_from(y, (real[]){1, 0, 5, 2});
    check_values("linear by hand: columns swapped, + bias", y->data, (double[]){12, 21, 14, 23}, 4);
    check_values("linear by hand: dX", x->grad, (double[]){0, 1, 2, 5}, 4);
    check_values("linear by hand: dW", w->grad, (double[]){16, 6, 22, 8}, 4);
    check_values("linear by hand: db", bias->grad, (double[]){6, 2}, 2);
    tape_release(mark);
}

static void check_moves_by_hand(void)
{
    const real count[6] = {1, 2, 3, 4, 5, 6};
    TapeMark mark = tape_mark();
    Tensor *x = wanted(shape2(2, 3), count), *y = tensor_sum(x, 0), *z = tensor_mean(x, 1);
    tensor_backward_from(tensor_add(y, tensor_sum(z, 0)), (real[]){3, 6, 9});
    check_values("sum by hand: [[1,2,3],[4,5,6]], axis 0", y->data, (double[]){5, 7, 9}, 3);
    check_values("mean by hand: the same, axis 1", z->data, (double[]){2, 5}, 2);
    check_values("mean by hand: its third, beside sum's", x->grad, (double[]){9, 12, 15, 9, 12, 15},
                 6);

    x = wanted(shape2(2, 3), count);
    y = tensor_transpose(x);
    tensor_backward_from(y, (real[]){10, 20, 30, 40, 50, 60});
    check_values("transpose by hand: (2,3)", y->data, (double[]){1, 4, 2, 5, 3, 6}, 6);
    check_values("transpose by hand: back", x->grad, (double[]){10, 30, 50, 20, 40, 60}, 6);

    x = wanted(shape2(2, 3), count);
    tensor_backward_from(tensor_slice(x, 1, 1, 3), (real[]){1, 2, 3, 4});
    check_values("slice by hand: columns 1 and 2", x->grad, (double[]){0, 1, 2, 0, 3, 4}, 6);
    tape_release(mark);
}

/* A weight that a batch shares: its gradient is the sum over the batch, however it is computed. */
static void check_shared_weight(void)
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

int main(int argc, char **argv)
{
    gate_begin(argc, argv, "07-linear-algebra");
    check_matmuls();
    check_shared_weight();
    check_linears();
    check_reductions(false);
    check_reductions(true);
    check_centre();
    check_moves();
    check_reshape();
    check_slices();
    check_concats();
    check_mlp();
    check_products_by_hand();
    check_moves_by_hand();
    tape_free();
    return gate_end();
}
