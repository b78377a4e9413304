/* sum: the sum over one axis, or over all of them. Chapter 05, "One operation, whole".
 *
 * A worked answer. */
#include "ops/ops.h"

typedef struct {
    size_t outer, n, inner;
} Sizes;

static Sizes sizes_of(const Tensor *x, int axis)
{
    if (axis == ALL_AXES)
        return (Sizes){1, x->size, 1};
    return (Sizes){shape_product(x->shape, 0, axis), x->shape.dim[axis],
                   shape_product(x->shape, axis + 1, x->shape.rank)};
}

/* y_oi = sum over j of x_oji. A nudge of x_oji moves y_oi one for one, and nothing else: so
 * x_oji hears what y_oi heard, the same for every j. Whatever is summed forwards is repeated
 * backwards. */
static void sum_backward(Tensor *out)
{
    Sizes s = *(const Sizes *)out->saved;
    GradWrite dx = grad_write(out->parents[0]);
    for (size_t o = 0; o < s.outer; o++)
        for (size_t j = 0; j < s.n; j++)
            for (size_t i = 0; i < s.inner; i++)
                grad_put(dx, (o * s.n + j) * s.inner + i, out->grad[o * s.inner + i]);
}

Tensor *tensor_sum(Tensor *x, int axis)
{
    Shape shape = shape0();
    if (axis != ALL_AXES) {
        axis = axis_of("tensor_sum", x, axis);
        shape = shape_without(x->shape, axis);
    }
    Tensor *out = tensor_result("sum", shape, sum_backward, 1, &x);
    Sizes *s = tape_alloc(sizeof *s);
    *s = sizes_of(x, axis);
    out->saved = s;
    for (size_t o = 0; o < s->outer; o++)
        for (size_t i = 0; i < s->inner; i++) {
            real sum = 0;
            for (size_t j = 0; j < s->n; j++)
                sum += x->data[(o * s->n + j) * s->inner + i];
            out->data[o * s->inner + i] = sum;
        }
    return out;
}
