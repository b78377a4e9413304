/* log: y = log(x), the natural logarithm, element by element; x > 0. Derived in chapter 06.
 *
 *   dy_i/dx_i = 1 / x_i. */
#include "ops/elementwise.h"
#include "base/vector.h"

WIDE static void log_values(Elements e, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++)
        e.y[i] = log(e.x[i]);
}

WIDE static void log_gradients(Elements e, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++)
        grad_put(e.dx, i, e.dy[i] / e.x[i]);
}

static void log_backward(Tensor *out)
{
    elementwise_backward(out, 0, log_gradients);
}

Tensor *tensor_log(Tensor *x)
{
    Tensor *out = tensor_result("log", x->shape, log_backward, 1, &x);
    return elementwise(out, log_values);
}
