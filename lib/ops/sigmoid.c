/* sigmoid: y = 1 / (1 + exp(-x)), element by element. Derived in chapter 06.
 *
 *   With u = 1 + exp(-x): dy/dx = exp(-x) / u^2 = (1/u) (u - 1)/u = y (1 - y). */
#include "ops/elementwise.h"
#include "base/vector.h"

WIDE static void sigmoid_values(Elements e, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++)
        e.y[i] = 1 / (1 + loop_exp(-e.x[i]));
}

WIDE static void sigmoid_gradients(Elements e, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++)
        grad_put(e.dx, i, e.dy[i] * e.y[i] * (1 - e.y[i]));
}

static void sigmoid_backward(Tensor *out)
{
    elementwise_backward(out, 0, sigmoid_gradients);
}

Tensor *tensor_sigmoid(Tensor *x)
{
    Tensor *out = tensor_result("sigmoid", x->shape, sigmoid_backward, 1, &x);
    return elementwise(out, sigmoid_values);
}
