/* broadcast: shapes that stretch, and the sum that undoes it. Chapter 05, "Broadcasting".
 *
 * What to write: broadcast_grad, at the end. Everything before it is given; read element_under and
 * broadcast_data first. */
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

/* Which element of an array of shape `own` stands under place i of `shape`: i is taken apart
 * into its indices, the last axis first; an axis where `own` has 1 counts nothing. */
static size_t element_under(Shape own, Shape shape, size_t i)
{
    size_t element = 0, stride = 1;
    for (int axis = shape.rank - 1; axis >= 0; axis--) {
        size_t index = i % shape.dim[axis], dim = aligned_dim(own, axis, shape.rank);
        i /= shape.dim[axis];
        if (dim > 1)
            element += index * stride;
        stride *= dim;
    }
    return element;
}

const real *broadcast_data(const Tensor *t, Shape shape)
{
    size_t size = shape_size(shape);
    if (t->size == size)
        return t->data;
    real *full = tape_alloc(size * sizeof *full);
    for (size_t i = 0; i < size; i++)
        full[i] = t->data[element_under(t->shape, shape, i)];
    return full;
}

void broadcast_grad(Tensor *parent, const real *full, Shape shape)
{
    (void)parent, (void)full, (void)shape;
    /* your code here */
}
