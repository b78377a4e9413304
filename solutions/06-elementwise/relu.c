/* relu: y = max(x, 0), element by element. Chapter 06, "relu".
 *
 * A worked answer. */
#include "ops/ops.h"

/* Slope 1 right of 0, slope 0 left of it and, by choice, at it. The operand decides, not what came
 * from above. Every element is put, the zeros too: what is not put would be left unwritten where
 * this is the first write. */
static void relu_backward(Tensor *out)
{
    const real *x = out->parents[0]->data;
    GradWrite dx = grad_write(out->parents[0]);
    for (size_t i = 0; i < out->size; i++)
        grad_put(dx, i, x[i] > 0 ? out->grad[i] : 0);
}

Tensor *tensor_relu(Tensor *x)
{
    Tensor *out = tensor_result("relu", x->shape, relu_backward, 1, &x);
    for (size_t i = 0; i < x->size; i++)
        out->data[i] = x->data[i] > 0 ? x->data[i] : 0;
    return out;
}
