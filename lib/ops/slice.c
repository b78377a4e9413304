/* slice: the part [begin, end) of one axis. Derived in chapter 07.
 *
 *   What was taken gets its gradient back; what was left out had no influence and gets nothing: since
 *   others may have written there already, "nothing" means adding nothing, not writing zero. */
#include "ops/ops.h"
#include "base/vector.h"

#include <string.h>

typedef struct {
    size_t outer, n, inner, begin, taken; /* blocks, the axis, elements within, the part */
} Part;

/* Block o of the part, and where it stands in x. */
static size_t source_of(const Part *p, size_t o)
{
    return (o * p->n + p->begin) * p->inner;
}

static void copy_blocks(size_t begin, size_t end, void *context)
{
    Tensor *out = context;
    const Part *p = out->saved;
    size_t row = p->taken * p->inner;
    for (size_t o = begin; o < end; o++)
        memcpy(out->data + o * row, out->parents[0]->data + source_of(p, o), row * sizeof(real));
}

typedef struct {
    const Tensor *out;
    real *dx;
} Gradients;

WIDE static void slice_add_blocks(size_t begin, size_t end, void *context)
{
    const Gradients g = *(const Gradients *)context;
    const Part *p = g.out->saved;
    size_t row = p->taken * p->inner;
    for (size_t o = begin; o < end; o++)
        for (size_t i = 0; i < row; i++)
            g.dx[source_of(p, o) + i] += g.out->grad[o * row + i];
}

static void slice_backward(Tensor *out)
{
    const Part *p = out->saved;
    Gradients g = {out, grad_scatter(out->parents[0])};
    parallel_for(p->outer, loop_grain(p->taken * p->inner), slice_add_blocks, &g);
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
    parallel_for(p->outer, loop_grain(p->taken * p->inner), copy_blocks, out);
    return out;
}
