/* relu: y = max(x, 0), element by element. Derived in chapter 06.
 *
 *   dy_i/dx_i is 1 where x_i > 0 and 0 where x_i < 0. At the kink there is none; we choose 0. */
#include "ops/elementwise.h"
#include "base/vector.h"

WIDE static void relu_values(Elements e, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++)
        e.y[i] = e.x[i] > 0 ? e.x[i] : 0;
}

WIDE static void relu_gradients(Elements e, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++) {
        real dy = e.dy[i]; /* read in both cases: a choice between values, not a branch */
        grad_put(e.dx, i, e.x[i] > 0 ? dy : 0);
    }
}

static void relu_backward(Tensor *out)
{
    elementwise_backward(out, 0, relu_gradients);
}

Tensor *tensor_relu(Tensor *x)
{
    Tensor *out = tensor_result("relu", x->shape, relu_backward, 1, &x);
    return elementwise(out, relu_values);
}
