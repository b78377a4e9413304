/* concat: parts one after the other along one axis. Chapter 07, "concat".
 *
 * What to write: concat_forward and concat_backward. row_of(t, axis) is the number of elements
 * behind the axis' beginning in one block of t: a part is `outer` rows of its own row_of, and
 * the whole is `outer` rows of its. The parts are out->parents[0] to [out->n_parents - 1]. */
#include "ops/ops.h"

static size_t row_of(const Tensor *t, int axis)
{
    return shape_product(t->shape, axis, t->shape.rank);
}

static void concat_backward(Tensor *out)
{
    (void)out;
    /* your code here: a part may not want a gradient (part->wants_grad) */
}

static void concat_forward(Tensor *out)
{
    (void)row_of; /* which may be of use; the axis is *(const int *)out->saved */
    for (size_t i = 0; i < out->size; i++)
        out->data[i] = NAN; /* your code here */
}

static Shape joined_shape(Tensor *const *parts, int n, int axis)
{
    Shape shape = shape_with(parts[0]->shape, axis, 0);
    for (int k = 0; k < n; k++) {
        Shape own = parts[k]->shape;
        if (own.rank != shape.rank ||
            !shape_equal(shape_with(own, axis, 0), shape_with(shape, axis, 0)))
            shape_mismatch("tensor_concat", parts[0], parts[k], "shapes equal but for the axis");
        shape.dim[axis] += own.dim[axis];
    }
    return shape;
}

Tensor *tensor_concat(Tensor *const *parts, int n, int axis)
{
    require(n >= 1, "tensor_concat: expected at least one part");
    axis = axis_of("tensor_concat", parts[0], axis);
    Shape shape = joined_shape(parts, n, axis);
    Tensor *out = tensor_result("concat", shape, concat_backward, n, parts);
    int *saved = tape_alloc(sizeof *saved);
    *saved = axis;
    out->saved = saved;
    concat_forward(out);
    return out;
}
