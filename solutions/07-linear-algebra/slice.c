/* slice: the part [begin, end) of one axis. Chapter 07, "slice".
 *
 * A worked answer. Element (o, j, i) of the part is element (o, begin + j, i) of x. Backwards
 * the same places are added to, and no others are touched: grad_scatter has seen to it that what
 * nobody wrote to is 0. */
#include "ops/ops.h"

typedef struct {
    size_t outer, n, inner, begin, taken; /* blocks, the axis, elements within, the part */
} Part;

static void slice_backward(Tensor *out)
{
    const Part *p = out->saved;
    real *dx = grad_scatter(out->parents[0]);
    for (size_t o = 0; o < p->outer; o++)
        for (size_t j = 0; j < p->taken; j++)
            for (size_t i = 0; i < p->inner; i++) {
                size_t to = (o * p->n + p->begin + j) * p->inner + i;
                dx[to] += out->grad[(o * p->taken + j) * p->inner + i];
            }
}

static void slice_forward(Tensor *out)
{
    const Part *p = out->saved;
    const Tensor *x = out->parents[0];
    for (size_t o = 0; o < p->outer; o++)
        for (size_t j = 0; j < p->taken; j++)
            for (size_t i = 0; i < p->inner; i++)
                out->data[(o * p->taken + j) * p->inner + i] =
                    x->data[(o * p->n + p->begin + j) * p->inner + i];
}

Tensor *tensor_slice(Tensor *x, int axis, size_t begin, size_t end)
{
    axis = axis_of("tensor_slice", x, axis);
    require(begin <= end && end <= x->shape.dim[axis],
            "tensor_slice: expected a part of axis %d of %s, found [%zu, %zu)", axis,
            shape_text(x->shape), begin, end);
    Shape shape = shape_with(x->shape, axis, end - begin);
    Tensor *out = tensor_result("slice", shape, slice_backward, 1, &x);
    Part *p = tape_alloc(sizeof *p);
    *p = (Part){shape_product(x->shape, 0, axis), x->shape.dim[axis],
                shape_product(x->shape, axis + 1, x->shape.rank), begin, end - begin};
    out->saved = p;
    slice_forward(out);
    return out;
}
