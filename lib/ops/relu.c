/* relu: y = max(x, 0), element by element. Derived in chapter 06.
 *
 *   dy_i/dx_i is 1 where x_i > 0 and 0 where x_i < 0. At the kink there is none; we choose 0. */
#include "ops/ops.h"

static void relu_backward(Tensor *out)
{
    Tensor *x = out->parents[0];
    GradWrite dx = grad_write(x);
    for (size_t i = 0; i < x->size; i++)
        grad_put(dx, i, x->data[i] > 0 ? out->grad[i] : 0);
}

Tensor *tensor_relu(Tensor *x)
{
    Tensor *out = tensor_result("relu", x->shape, relu_backward, 1, &x);
    for (size_t i = 0; i < x->size; i++)
        out->data[i] = x->data[i] > 0 ? x->data[i] : 0;
    return out;
}
