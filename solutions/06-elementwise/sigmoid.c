/* sigmoid: y = 1 / (1 + e^-x), element by element. Chapter 06, "sigmoid".
 *
 * A worked answer. */
#include "ops/ops.h"

/* With u = 1 + e^-x the result is 1/u, and u' = -e^-x = 1 - u: so y' = (u - 1) / u^2 = y (1 - y).
 * The operand is not needed any more; the result is there, in out->data. */
static void sigmoid_backward(Tensor *out)
{
    const real *y = out->data;
    GradWrite dx = grad_write(out->parents[0]);
    for (size_t i = 0; i < out->size; i++)
        grad_put(dx, i, out->grad[i] * y[i] * (1 - y[i]));
}

/* For very negative x the exponential is infinite, and 1 / infinity is 0, as it should be. The form
 * e^x / (1 + e^x) has no such luck: infinity / infinity for large x. */
Tensor *tensor_sigmoid(Tensor *x)
{
    Tensor *out = tensor_result("sigmoid", x->shape, sigmoid_backward, 1, &x);
    for (size_t i = 0; i < x->size; i++)
        out->data[i] = 1 / (1 + exp(-x->data[i]));
    return out;
}
