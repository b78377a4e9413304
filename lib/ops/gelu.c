/* gelu: y = x Phi(x), where Phi is the normal distribution's cumulative function. Derived in chapter 06.
 *
 *   Phi(x) = (1 + erf(x / sqrt(2))) / 2, whose derivative is the density exp(-x^2 / 2) / sqrt(2 pi).
 *   The product rule: dy/dx = Phi(x) + x density(x). GELU(1) = 0.8413447, GELU'(1) = 1.0833155.
 *   Source of the function: Hendrycks and Gimpel 2016. */
#include "ops/elementwise.h"
#include "base/vector.h"

static inline real normal_cumulative(real x)
{
    const real half = (real)0.5, sqrt_half = (real)0.70710678118654752440;
    return half * (1 + loop_erf(x * sqrt_half));
}

static inline real value_at(real x)
{
    return x * normal_cumulative(x);
}

static inline real slope_at(real x)
{
    const real half = (real)0.5, per_sqrt_two_pi = (real)0.39894228040143267794;
    return normal_cumulative(x) + x * per_sqrt_two_pi * loop_exp(-half * x * x);
}

WIDE static void gelu_values(Elements e, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++)
        e.y[i] = value_at(e.x[i]);
}

WIDE static void gelu_gradients(Elements e, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++)
        grad_put(e.dx, i, e.dy[i] * slope_at(e.x[i]));
}

static void gelu_backward(Tensor *out)
{
    elementwise_backward(out, 0, gelu_gradients);
}

Tensor *tensor_gelu(Tensor *x)
{
    Tensor *out = tensor_result("gelu", x->shape, gelu_backward, 1, &x);
    return elementwise(out, gelu_values);
}
