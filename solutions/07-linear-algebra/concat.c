/* concat: parts one after the other along one axis. Chapter 07, "concat".
 *
 * A worked answer. What stands behind the axis' beginning in one block is a row: the axis' length
 * times the elements within. So a part is `outer` rows of its own length, and the whole is `outer`
 * rows in which the parts' rows stand side by side, each at its offset. */
#include "ops/ops.h"

static size_t row_of(const Tensor *t, int axis)
{
    return shape_product(t->shape, axis, t->shape.rank);
}

/* Each element of a part went to one place; its gradient is there. A part that wants none still
 * takes its room: the offset moves on. */
static void concat_backward(Tensor *out)
{
    int axis = *(const int *)out->saved;
    size_t outer = shape_product(out->shape, 0, axis), row = row_of(out, axis), offset = 0;
    for (int k = 0; k < out->n_parents; k++) {
        Tensor *part = out->parents[k];
        size_t own = row_of(part, axis);
        if (part->wants_grad) {
            GradWrite dx = grad_write(part);
            for (size_t o = 0; o < outer; o++)
                for (size_t i = 0; i < own; i++)
                    grad_put(dx, o * own + i, out->grad[o * row + offset + i]);
        }
        offset += own;
    }
}

static void concat_forward(Tensor *out)
{
    int axis = *(const int *)out->saved;
    size_t outer = shape_product(out->shape, 0, axis), row = row_of(out, axis), begin = 0;
    for (int k = 0; k < out->n_parents; k++) {
        const Tensor *part = out->parents[k];
        size_t own = row_of(part, axis);
        for (size_t o = 0; o < outer; o++)
            for (size_t i = 0; i < own; i++)
                out->data[o * row + begin + i] = part->data[o * own + i];
        begin += own;
    }
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
