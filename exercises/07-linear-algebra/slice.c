/* slice: the part [begin, end) of one axis. Chapter 07, "slice".
 *
 * What to write: slice_forward and slice_backward. Element (o, j, i) of a tensor of p->outer
 * blocks, n along the axis and p->inner within stands at place (o * n + j) * p->inner + i; n is
 * p->n in x and p->taken in the part. */
#include "ops/ops.h"

typedef struct {
    size_t outer, n, inner, begin, taken; /* blocks, the axis, elements within, the part */
} Part;

static void slice_backward(Tensor *out)
{
    (void)out;
    /* your code here: real *dx = grad_scatter(out->parents[0]) is to be added to */
}

static void slice_forward(Tensor *out)
{
    for (size_t i = 0; i < out->size; i++)
        out->data[i] = NAN; /* your code here */
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
