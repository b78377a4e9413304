/* slice: the part [begin, end) of one axis. Derived in chapter 07.
 *
 *   What was taken gets its gradient back; what was left out had no influence and gets nothing: since
 *   others may have written there already, "nothing" means adding nothing, not writing zero. */
#include "ops/ops.h"

typedef struct {
    size_t outer, n, inner, begin, taken; /* blocks, the axis, elements within, the part */
} Part;

static size_t source_of(const Part *p, size_t o, size_t i)
{
    return (o * p->n + p->begin) * p->inner + i;
}

static void slice_backward(Tensor *out)
{
    const Part *p = out->saved;
    real *dx = grad_scatter(out->parents[0]);
    size_t row = p->taken * p->inner;
    for (size_t o = 0; o < p->outer; o++)
        for (size_t i = 0; i < row; i++)
            dx[source_of(p, o, i)] += out->grad[o * row + i];
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
    size_t row = p->taken * p->inner;
    for (size_t o = 0; o < p->outer; o++)
        for (size_t i = 0; i < row; i++)
            out->data[o * row + i] = x->data[source_of(p, o, i)];
    return out;
}
