/* The rows of chapter 05's operations: add and mul over every way that operands stretch, scale and
 * sum. Forwards are held to plain loops over indices, gradients to five-point differences. */
#include "gate.h"

/* ---- two operands that stretch --------------------------------------------------------------- */
typedef struct {
    Tensor *(*op)(Tensor *, Tensor *);
    bool product;
    Shape shape; /* of the result */
} Binary;

static Tensor *binary_forward(Tensor *const *in, const void *context)
{
    return ((const Binary *)context)->op(in[0], in[1]);
}

/* The element of t under `index` of a result of rank `rank`, by the definition of broadcasting. */
static real stretched(const Tensor *t, const size_t *index, int rank)
{
    size_t at = 0;
    for (int axis = 0; axis < t->shape.rank; axis++) {
        size_t dim = t->shape.dim[axis];
        at = at * dim + (dim == 1 ? 0 : index[axis + rank - t->shape.rank]);
    }
    return t->data[at];
}

static void binary_reference(real *out, Tensor *const *in, const void *context)
{
    const Binary *b = context;
    size_t size = shape_size(b->shape);
    for (size_t i = 0; i < size; i++) {
        size_t index[RANK_MAX] = {0}, rest = i;
        for (int axis = b->shape.rank - 1; axis >= 0; axis--) {
            index[axis] = rest % b->shape.dim[axis];
            rest /= b->shape.dim[axis];
        }
        real x = stretched(in[0], index, b->shape.rank), y = stretched(in[1], index, b->shape.rank);
        out[i] = b->product ? x * y : x + y;
    }
}

static void check_binary(bool product, Shape a, Shape b, Shape result)
{
    const Binary which = {product ? tensor_mul : tensor_add, product, result};
    char row[80];
    snprintf(row, sizeof row, "%s %s %s", product ? "mul" : "add", shape_text(a), shape_text(b));
    TapeMark mark = tape_mark();
    tensor_check(&(TensorCheck){.name = row, .forward = binary_forward, .context = &which, .n = 2,
                                .in = {check_normal(a, 1), check_normal(b, 1)}, .shape = result,
                                .reference = binary_reference});
    tape_release(mark);
}

void check_stretching(bool product)
{
    Shape full = shape4(2, 3, 5, 7);
    check_binary(product, full, full, full);
    check_binary(product, full, shape1(7), full);
    check_binary(product, shape2(5, 1), full, full);
    check_binary(product, full, shape4(2, 1, 1, 7), full);
    check_binary(product, full, shape4(1, 3, 5, 1), full);
    check_binary(product, shape4(2, 1, 5, 1), shape3(3, 1, 7), full);
    check_binary(product, shape3(3, 1, 1), full, full);
    check_binary(product, shape2(3, 1), shape2(1, 5), shape2(3, 5));
    check_binary(product, shape0(), shape2(3, 5), shape2(3, 5));
    check_binary(product, shape2(1, 3), shape1(3), shape2(1, 3));
    check_binary(product, shape1(1), shape0(), shape1(1));
}

/* ---- an operand used twice, scale, sum ------------------------------------------------------- */
static Tensor *twice_forward(Tensor *const *in, const void *context)
{
    return ((const Binary *)context)->op(in[0], in[0]);
}

static void twice_reference(real *out, Tensor *const *in, const void *context)
{
    for (size_t i = 0; i < in[0]->size; i++) {
        real x = in[0]->data[i];
        out[i] = ((const Binary *)context)->product ? x * x : 2 * x;
    }
}

void check_twice(bool product)
{
    const Binary which = {product ? tensor_mul : tensor_add, product, shape2(3, 5)};
    TapeMark mark = tape_mark();
    tensor_check(&(TensorCheck){.name = product ? "mul (3,5) with itself" : "add (3,5) with itself",
                                .forward = twice_forward, .context = &which, .n = 1,
                                .in = {check_normal(shape2(3, 5), 1)}, .shape = shape2(3, 5),
                                .reference = twice_reference});
    tape_release(mark);
}

static Tensor *scale_forward(Tensor *const *in, const void *context)
{
    const real *by = context;
    return tensor_add(tensor_scale(in[0], by[0]), tensor_scale(in[0], by[1]));
}

static void scale_reference(real *out, Tensor *const *in, const void *context)
{
    const real *by = context;
    for (size_t i = 0; i < in[0]->size; i++)
        out[i] = (by[0] + by[1]) * in[0]->data[i];
}

void check_scale(void)
{
    const real by[2] = {(real)-2.5, (real)0.75};
    TapeMark mark = tape_mark();
    tensor_check(&(TensorCheck){.name = "scale (3,7) by -2.5 and by 0.75, added",
                                .forward = scale_forward, .context = by, .n = 1,
                                .in = {check_normal(shape2(3, 7), 1)}, .shape = shape2(3, 7),
                                .reference = scale_reference});
    tape_release(mark);
}

static Tensor *sum_forward(Tensor *const *in, const void *context)
{
    return tensor_sum(in[0], *(const int *)context);
}

/* Inputs are (2,3,5,7): every element is added to the place its index has without the axis. */
static void sum_reference(real *out, Tensor *const *in, const void *context)
{
    static const size_t dim[4] = {2, 3, 5, 7};
    int axis = *(const int *)context;
    axis = axis < 0 ? axis + 4 : axis;
    size_t size = axis == ALL_AXES ? 1 : in[0]->size / dim[axis];
    for (size_t i = 0; i < size; i++)
        out[i] = 0;
    for (size_t i = 0; i < in[0]->size; i++) {
        const size_t index[4] = {i / 105, i / 35 % 3, i / 7 % 5, i % 7};
        size_t at = 0;
        for (int a = 0; a < 4 && axis != ALL_AXES; a++)
            at = a == axis ? at : at * dim[a] + index[a];
        out[at] += in[0]->data[i];
    }
}

/* Numbers whose sum is not near 0, where a float would keep few of its digits. */
static void check_sum(int axis, Shape result)
{
    char row[80];
    if (axis == ALL_AXES)
        snprintf(row, sizeof row, "sum (2,3,5,7) over all axes");
    else
        snprintf(row, sizeof row, "sum (2,3,5,7) over axis %d", axis);
    TapeMark mark = tape_mark();
    tensor_check(&(TensorCheck){.name = row, .forward = sum_forward, .context = &axis, .n = 1,
                                .in = {check_uniform(shape4(2, 3, 5, 7), (real)-0.2, 1)},
                                .shape = result, .reference = sum_reference});
    tape_release(mark);
}

void check_sums(void)
{
    check_sum(0, shape3(3, 5, 7));
    check_sum(1, shape3(2, 5, 7));
    check_sum(2, shape3(2, 3, 7));
    check_sum(3, shape3(2, 3, 5));
    check_sum(-3, shape3(2, 5, 7));
    check_sum(ALL_AXES, shape0());
}
