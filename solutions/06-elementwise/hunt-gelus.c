/* gelu_tanh: y = x (1 + tanh u) / 2 with u = sqrt(2/pi) (x + 0.044715 x^3). Chapter 06,
 * "gelu_tanh".
 *
 * A worked answer. The slope was a right one, of another function: Phi + x g is what the exact form
 * has. It agrees to about three digits, so training would have gone on without a word. The
 * rule that it broke: a backward belongs to the forward that was computed, not to the one that it
 * stands for. */
#include "ops/ops.h"

static const real per_root = (real)0.79788456080286535588, cubic = (real)0.044715; /* sqrt(2/pi) */

/* (1 + tanh u) / 2, as a sigmoid of 2u. */
static real share_at(real x)
{
    real u = per_root * (x + cubic * x * x * x);
    return 1 / (1 + exp(-2 * u));
}

/* x s: the product rule, and s has the slope 2 s (1 - s) along u, for it is a sigmoid of 2u. */
static real slope_at(real x)
{
    real s = share_at(x), du = per_root * (1 + 3 * cubic * x * x);
    return s + 2 * x * s * (1 - s) * du;
}

static void gelu_tanh_backward(Tensor *out)
{
    const real *x = out->parents[0]->data;
    GradWrite dx = grad_write(out->parents[0]);
    for (size_t i = 0; i < out->size; i++)
        grad_put(dx, i, out->grad[i] * slope_at(x[i]));
}

Tensor *tensor_gelu_tanh(Tensor *x)
{
    Tensor *out = tensor_result("gelu_tanh", x->shape, gelu_tanh_backward, 1, &x);
    for (size_t i = 0; i < x->size; i++)
        out->data[i] = x->data[i] * share_at(x->data[i]);
    return out;
}
