/* scale: y = c x for a constant c. Derived in chapter 06.
 *
 *   dy_i/dx_i = c; the constant gets no gradient. */
#include "ops/elementwise.h"
#include "base/vector.h"

WIDE static void scale_values(Elements e, size_t begin, size_t end)
{
    const real by = *(const real *)e.saved;
    for (size_t i = begin; i < end; i++)
        e.y[i] = by * e.x[i];
}

WIDE static void scale_gradients(Elements e, size_t begin, size_t end)
{
    const real by = *(const real *)e.saved;
    for (size_t i = begin; i < end; i++)
        grad_put(e.dx, i, by * e.dy[i]);
}

static void scale_backward(Tensor *out)
{
    elementwise_backward(out, 0, scale_gradients);
}

Tensor *tensor_scale(Tensor *x, real by)
{
    Tensor *out = tensor_result("scale", x->shape, scale_backward, 1, &x);
    real *saved = tape_alloc(sizeof *saved);
    *saved = by;
    out->saved = saved;
    return elementwise(out, scale_values);
}
