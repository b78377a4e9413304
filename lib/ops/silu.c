/* silu: y = x sigmoid(x), element by element. Derived in chapter 06.
 *
 *   The product rule with s = sigmoid(x), s' = s (1 - s):
 *   dy/dx = s + x s (1 - s) = s (1 + x (1 - s)). */
#include "ops/ops.h"

static void silu_backward(Tensor *out)
{
    Tensor *x = out->parents[0];
    GradWrite dx = grad_write(x);
    for (size_t i = 0; i < x->size; i++) {
        real s = 1 / (1 + exp(-x->data[i]));
        grad_put(dx, i, out->grad[i] * s * (1 + x->data[i] * (1 - s)));
    }
}

Tensor *tensor_silu(Tensor *x)
{
    Tensor *out = tensor_result("silu", x->shape, silu_backward, 1, &x);
    for (size_t i = 0; i < x->size; i++)
        out->data[i] = x->data[i] / (1 + exp(-x->data[i]));
    return out;
}
