/* gelu_tanh: y = x (1 + tanh u) / 2 with u = sqrt(2/pi) (x + 0.044715 x^3), GPT-2's GELU. Chapter
 * 06, "gelu_tanh".
 *
 * A bug hunt: this whole file is given, and one thing in it is wrong. The forward is GPT-2's to the
 * last digit. A network trains with this file as well as with any. The gate says no. Find it and
 * mend it. */
#include "ops/ops.h"

static const real per_root = (real)0.79788456080286535588, cubic = (real)0.044715; /* sqrt(2/pi) */

/* (1 + tanh u) / 2, as a sigmoid of 2u. */
static real share_at(real x)
{
    real u = per_root * (x + cubic * x * x * x);
    return 1 / (1 + exp(-2 * u));
}

/* Phi(x) + x times the bell. */
static real slope_at(real x)
{
    const real bell = exp(-x * x / 2) * per_root / 2;
    return (1 + erf(x / sqrt((real)2))) / 2 + x * bell;
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
