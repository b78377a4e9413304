/* scale: y = c x for a constant c. Derived in chapter 06.
 *
 *   dy_i/dx_i = c; the constant gets no gradient. */
#include "ops/ops.h"

static void scale_backward(Tensor *out)
{
    Tensor *x = out->parents[0];
    real by = *(const real *)out->saved;
    GradWrite dx = grad_write(x);
    for (size_t i = 0; i < x->size; i++)
        grad_put(dx, i, by * out->grad[i]);
}

Tensor *tensor_scale(Tensor *x, real by)
{
    Tensor *out = tensor_result("scale", x->shape, scale_backward, 1, &x);
    real *saved = tape_alloc(sizeof *saved);
    *saved = by;
    out->saved = saved;
    for (size_t i = 0; i < out->size; i++)
        out->data[i] = by * x->data[i];
    return out;
}
