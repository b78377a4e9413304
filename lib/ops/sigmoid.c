/* sigmoid: y = 1 / (1 + exp(-x)), element by element. Derived in chapter 06.
 *
 *   With u = 1 + exp(-x): dy/dx = exp(-x) / u^2 = (1/u) (u - 1)/u = y (1 - y). */
#include "ops/ops.h"

static void sigmoid_backward(Tensor *out)
{
    Tensor *x = out->parents[0];
    GradWrite dx = grad_write(x);
    for (size_t i = 0; i < x->size; i++) {
        real y = out->data[i];
        grad_put(dx, i, out->grad[i] * y * (1 - y));
    }
}

Tensor *tensor_sigmoid(Tensor *x)
{
    Tensor *out = tensor_result("sigmoid", x->shape, sigmoid_backward, 1, &x);
    for (size_t i = 0; i < x->size; i++)
        out->data[i] = 1 / (1 + exp(-x->data[i]));
    return out;
}
