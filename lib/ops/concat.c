/* concat: parts one after the other along one axis. Derived in chapter 07.
 *
 *   Each element of a part is copied to one place, so each part's gradient is read back from there.
 *   It is the slice's mirror: slicing the result gives the parts again. */
#include "ops/ops.h"

#include <string.h>

/* A row is all that stands after the axis' index in one block: dim[axis] * inner elements. */
static size_t row_of(const Tensor *t, int axis)
{
    return shape_product(t->shape, axis, t->shape.rank);
}

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

static Shape joined_shape(Tensor *const *parts, int n, int axis)
{
    Shape shape = shape_with(parts[0]->shape, axis, 0);
    for (int k = 0; k < n; k++) {
        Shape own = parts[k]->shape;
        if (own.rank != shape.rank || !shape_equal(shape_with(own, axis, 0), shape_with(shape, axis, 0)))
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
    size_t outer = shape_product(shape, 0, axis), row = row_of(out, axis), offset = 0;
    for (int k = 0; k < n; offset += row_of(parts[k], axis), k++) {
        size_t own = row_of(parts[k], axis);
        for (size_t o = 0; o < outer; o++)
            memcpy(out->data + o * row + offset, parts[k]->data + o * own, own * sizeof(real));
    }
    return out;
}
