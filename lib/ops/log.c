/* log: y = log(x), the natural logarithm, element by element; x > 0. Derived in chapter 06.
 *
 *   dy_i/dx_i = 1 / x_i. */
#include "ops/ops.h"

static void log_backward(Tensor *out)
{
    Tensor *x = out->parents[0];
    GradWrite dx = grad_write(x);
    for (size_t i = 0; i < x->size; i++)
        grad_put(dx, i, out->grad[i] / x->data[i]);
}

Tensor *tensor_log(Tensor *x)
{
    Tensor *out = tensor_result("log", x->shape, log_backward, 1, &x);
    for (size_t i = 0; i < x->size; i++)
        out->data[i] = log(x->data[i]);
    return out;
}
