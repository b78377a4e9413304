/* silu: y = x s with s = 1 / (1 + e^-x), element by element. Chapter 06, "silu".
 *
 * A worked answer. */
#include "ops/ops.h"

static real sigmoid_of(real x) { return 1 / (1 + exp(-x)); }

/* The product rule with s' = s (1 - s): s + x s (1 - s), and s taken out in front. s is computed
 * again rather than kept: an exponential against an array of memory. */
static void silu_backward(Tensor *out)
{
    GradWrite dx = grad_write(out->parents[0]);
    for (size_t i = 0; i < out->size; i++) {
        real x = out->parents[0]->data[i], s = sigmoid_of(x);
        grad_put(dx, i, out->grad[i] * s * (1 + x * (1 - s)));
    }
}

Tensor *tensor_silu(Tensor *x)
{
    Tensor *out = tensor_result("silu", x->shape, silu_backward, 1, &x);
    for (size_t i = 0; i < x->size; i++)
        out->data[i] = x->data[i] * sigmoid_of(x->data[i]);
    return out;
}
