/* mean: the mean over one axis, or over all of them. Chapter 07, "mean".
 *
 * What to write: the loops that fill out->data, and the backward. The axis splits x into s.outer
 * blocks, s.n along it and s.inner elements within, as in chapter 05's sum. */
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

static void mean_backward(Tensor *out)
{
    (void)out;
    /* your code here: the sizes are *(const Sizes *)out->saved */
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
    for (size_t i = 0; i < out->size; i++)
        out->data[i] = NAN; /* your code here */
    return out;
}
