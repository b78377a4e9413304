/* gelu_tanh: y = x (1 + tanh(u)) / 2 with u = sqrt(2/pi) (x + 0.044715 x^3). Derived in chapter 06.
 *
 *   GPT-2's form ("gelu_new"). Since (1 + tanh(u)) / 2 = 1 / (1 + exp(-2u)) = s, it is y = x s, one
 *   exponential an element. With ds/du = 2 s (1 - s) and u' = sqrt(2/pi) (1 + 3 * 0.044715 x^2):
 *   dy/dx = s + x 2 s (1 - s) u'. At 1: 0.84119 and 1.0830.
 *   Source of the function: Hendrycks and Gimpel 2016. */
#include "ops/elementwise.h"
#include "base/vector.h"

static const real sqrt_two_per_pi = (real)0.79788456080286535588, cubic = (real)0.044715;

static inline real share_at(real x)
{
    real u = sqrt_two_per_pi * (x + cubic * x * x * x);
    return 1 / (1 + loop_exp(-2 * u));
}

static inline real value_at(real x)
{
    return x * share_at(x);
}

static inline real slope_at(real x)
{
    real s = share_at(x), du = sqrt_two_per_pi * (1 + 3 * cubic * x * x);
    return s + x * 2 * s * (1 - s) * du;
}

WIDE static void gelu_tanh_values(Elements e, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++)
        e.y[i] = value_at(e.x[i]);
}

WIDE static void gelu_tanh_gradients(Elements e, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++)
        grad_put(e.dx, i, e.dy[i] * slope_at(e.x[i]));
}

static void gelu_tanh_backward(Tensor *out)
{
    elementwise_backward(out, 0, gelu_tanh_gradients);
}

Tensor *tensor_gelu_tanh(Tensor *x)
{
    Tensor *out = tensor_result("gelu_tanh", x->shape, gelu_tanh_backward, 1, &x);
    return elementwise(out, gelu_tanh_values);
}
