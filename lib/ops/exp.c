/* exp: y = exp(x), element by element. Derived in chapter 06.
 *
 *   The exponential is its own derivative: dy_i/dx_i = exp(x_i) = y_i. The output is all that backward
 *   needs. */
#include "ops/elementwise.h"
#include "base/vector.h"

WIDE static void exp_values(Elements e, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++)
        e.y[i] = loop_exp(e.x[i]);
}

WIDE static void exp_gradients(Elements e, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++)
        grad_put(e.dx, i, e.dy[i] * e.y[i]);
}

static void exp_backward(Tensor *out)
{
    elementwise_backward(out, 0, exp_gradients);
}

Tensor *tensor_exp(Tensor *x)
{
    Tensor *out = tensor_result("exp", x->shape, exp_backward, 1, &x);
    return elementwise(out, exp_values);
}
