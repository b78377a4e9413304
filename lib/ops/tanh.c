/* tanh: y = tanh(x), element by element. Derived in chapter 06.
 *
 *   tanh = sinh / cosh, and the quotient rule with cosh^2 - sinh^2 = 1 gives
 *   dy_i/dx_i = 1 - tanh(x_i)^2 = 1 - y_i^2: again the output is enough. */
#include "ops/ops.h"

static void tanh_backward(Tensor *out)
{
    Tensor *x = out->parents[0];
    GradWrite dx = grad_write(x);
    for (size_t i = 0; i < x->size; i++) {
        real y = out->data[i];
        grad_put(dx, i, out->grad[i] * (1 - y * y));
    }
}

Tensor *tensor_tanh(Tensor *x)
{
    Tensor *out = tensor_result("tanh", x->shape, tanh_backward, 1, &x);
    for (size_t i = 0; i < x->size; i++)
        out->data[i] = tanh(x->data[i]);
    return out;
}
