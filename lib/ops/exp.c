/* exp: y = exp(x), element by element. Derived in chapter 06.
 *
 *   The exponential is its own derivative: dy_i/dx_i = exp(x_i) = y_i. The output is all that backward
 *   needs. */
#include "ops/ops.h"

static void exp_backward(Tensor *out)
{
    Tensor *x = out->parents[0];
    GradWrite dx = grad_write(x);
    for (size_t i = 0; i < x->size; i++)
        grad_put(dx, i, out->grad[i] * out->data[i]);
}

Tensor *tensor_exp(Tensor *x)
{
    Tensor *out = tensor_result("exp", x->shape, exp_backward, 1, &x);
    for (size_t i = 0; i < x->size; i++)
        out->data[i] = exp(x->data[i]);
    return out;
}
