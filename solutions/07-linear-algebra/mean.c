/* mean: the mean over one axis, or over all of them. Chapter 07, "mean".
 *
 * A worked answer. It is chapter 05's sum and a scale by 1/n behind it, where n is the length of
 * the axis, s.n, and not the size of the tensor. */
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

/* y_oi = (1/n) sum over j of x_oji: each of n elements moves its mean by 1/n, so each gets that
 * part of the gradient, and together they get it all. */
static void mean_backward(Tensor *out)
{
    Sizes s = *(const Sizes *)out->saved;
    GradWrite dx = grad_write(out->parents[0]);
    for (size_t o = 0; o < s.outer; o++)
        for (size_t j = 0; j < s.n; j++)
            for (size_t i = 0; i < s.inner; i++)
                grad_put(dx, (o * s.n + j) * s.inner + i, out->grad[o * s.inner + i] / (real)s.n);
}

Tensor *tensor_mean(Tensor *x, int axis)
{
    Shape shape = shape0();
    if (axis != ALL_AXES) {
        axis = axis_of("tensor_mean", x, axis);
        shape = shape_without(x->shape, axis);
    }
    Tensor *out = tensor_result("mean", shape, mean_backward, 1, &x);
    Sizes *s = tape_alloc(sizeof *s);
    *s = sizes_of(x, axis);
    out->saved = s;
    for (size_t o = 0; o < s->outer; o++)
        for (size_t i = 0; i < s->inner; i++) {
            real sum = 0;
            for (size_t j = 0; j < s->n; j++)
                sum += x->data[(o * s->n + j) * s->inner + i];
            out->data[o * s->inner + i] = sum / (real)s->n;
        }
    return out;
}
