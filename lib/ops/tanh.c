/* tanh: y = tanh(x), element by element. Derived in chapter 06.
 *
 *   tanh = sinh / cosh, and the quotient rule with cosh^2 - sinh^2 = 1 gives
 *   dy_i/dx_i = 1 - tanh(x_i)^2 = 1 - y_i^2: again the output is enough. */
#include "ops/elementwise.h"
#include "base/vector.h"

WIDE static void tanh_values(Elements e, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++)
        e.y[i] = loop_tanh(e.x[i]);
}

WIDE static void tanh_gradients(Elements e, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++)
        grad_put(e.dx, i, e.dy[i] * (1 - e.y[i] * e.y[i]));
}

static void tanh_backward(Tensor *out)
{
    elementwise_backward(out, 0, tanh_gradients);
}

Tensor *tensor_tanh(Tensor *x)
{
    Tensor *out = tensor_result("tanh", x->shape, tanh_backward, 1, &x);
    return elementwise(out, tanh_values);
}
