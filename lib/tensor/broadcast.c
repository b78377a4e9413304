/* broadcast: shapes that stretch, and the sum that undoes it.
 *
 * Stretching repeats an element; the gradient of an element that was repeated is the sum of the
 * gradients of its copies. Shapes are aligned at their last axes: (3,1) and (5) give (3,5).
 * Chapter 05. */
#include "tensor/tensor.h"

#include <string.h>

/* The dimension of `shape` that stands under axis `axis` of a shape of rank `rank`. */
static size_t aligned_dim(Shape shape, int axis, int rank)
{
    int own = axis - (rank - shape.rank);
    return own < 0 ? 1 : shape.dim[own];
}

Shape broadcast_shape(const char *op, const Tensor *a, const Tensor *b)
{
    Shape shape = {.rank = a->shape.rank > b->shape.rank ? a->shape.rank : b->shape.rank};
    for (int axis = 0; axis < shape.rank; axis++) {
        size_t from_a = aligned_dim(a->shape, axis, shape.rank);
        size_t from_b = aligned_dim(b->shape, axis, shape.rank);
        if (from_a != from_b && from_a != 1 && from_b != 1)
            shape_mismatch(op, a, b, "shapes that are equal or 1 at every axis, from the last on");
        shape.dim[axis] = from_a == 1 ? from_b : from_a;
    }
    return shape;
}

/* Steps through `own` for each axis of `shape`: 0 where it stretches. */
static void stretched_steps(Shape own, Shape shape, size_t step[RANK_MAX])
{
    size_t stride = 1;
    for (int axis = RANK_MAX - 1; axis >= 0; axis--) {
        bool present = axis < shape.rank;
        size_t dim = present ? aligned_dim(own, axis, shape.rank) : 1;
        step[axis] = dim == 1 ? 0 : stride;
        stride *= dim;
    }
}

/* Adds each element of `full` into `sum` (add), or copies own elements out into full (!add). */
static void walk(Shape own, Shape shape, real *own_data, real *full, bool add)
{
    size_t step[RANK_MAX], dim[RANK_MAX], i = 0;
    stretched_steps(own, shape, step);
    for (int axis = 0; axis < RANK_MAX; axis++)
        dim[axis] = axis < shape.rank ? shape.dim[axis] : 1;
    for (size_t a = 0; a < dim[0]; a++)
        for (size_t b = 0; b < dim[1]; b++)
            for (size_t c = 0; c < dim[2]; c++)
                for (size_t d = 0; d < dim[3]; d++, i++) {
                    real *element = own_data + a * step[0] + b * step[1] + c * step[2] + d * step[3];
                    if (add)
                        *element += full[i];
                    else
                        full[i] = *element;
                }
}

const real *broadcast_data(const Tensor *t, Shape shape)
{
    if (shape_equal(t->shape, shape))
        return t->data;
    real *full = tape_alloc(shape_size(shape) * sizeof *full);
    walk(t->shape, shape, t->data, full, false);
    return full;
}

/* Stretched along leading axes only, as a bias is: the rows of `full` are summed. */
static bool is_suffix(Shape own, Shape shape)
{
    int offset = shape.rank - own.rank;
    for (int axis = 0; axis < own.rank; axis++)
        if (own.dim[axis] != shape.dim[axis + offset])
            return false;
    return true;
}

void broadcast_grad(Tensor *parent, const real *full, Shape shape)
{
    if (shape_equal(parent->shape, shape)) {
        GradWrite grad = grad_write(parent);
        for (size_t i = 0; i < parent->size; i++)
            grad_put(grad, i, full[i]);
        return;
    }
    real *sum = grad_scatter(parent);
    if (parent->size > 0 && is_suffix(parent->shape, shape)) {
        for (size_t row = 0; row < shape_size(shape) / parent->size; row++)
            for (size_t i = 0; i < parent->size; i++)
                sum[i] += full[row * parent->size + i];
        return;
    }
    real *copy = tape_alloc(shape_size(shape) * sizeof *copy);
    memcpy(copy, full, shape_size(shape) * sizeof *copy);
    walk(parent->shape, shape, sum, copy, true);
}
