/* silu: y = x sigmoid(x), element by element. Derived in chapter 06.
 *
 *   The product rule with s = sigmoid(x), s' = s (1 - s):
 *   dy/dx = s + x s (1 - s) = s (1 + x (1 - s)). */
#include "ops/elementwise.h"
#include "base/vector.h"

static inline real sigmoid_of(real x)
{
    return 1 / (1 + loop_exp(-x));
}

static inline real value_at(real x)
{
    return x * sigmoid_of(x);
}

static inline real slope_at(real x)
{
    real s = sigmoid_of(x);
    return s * (1 + x * (1 - s));
}

WIDE static void silu_values(Elements e, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++)
        e.y[i] = value_at(e.x[i]);
}

WIDE static void silu_gradients(Elements e, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++)
        grad_put(e.dx, i, e.dy[i] * slope_at(e.x[i]));
}

static void silu_backward(Tensor *out)
{
    elementwise_backward(out, 0, silu_gradients);
}

Tensor *tensor_silu(Tensor *x)
{
    Tensor *out = tensor_result("silu", x->shape, silu_backward, 1, &x);
    return elementwise(out, silu_values);
}
