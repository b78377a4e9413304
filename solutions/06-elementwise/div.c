/* div: y = a / b, element by element, with broadcasting. Chapter 06, "div".
 *
 * A worked answer. */
#include "ops/ops.h"

/* Along a the slope is 1/b. Along b: y b = a stays as it is, so y' b + y = 0 and y' = -y/b. The
 * result is at hand, which saves a square. */
static void div_backward(Tensor *out)
{
    Tensor *a = out->parents[0], *b = out->parents[1];
    const real *of_b = broadcast_data(b, out->shape);
    real *share = tape_alloc(out->size * sizeof *share);
    for (size_t i = 0; i < out->size; i++)
        share[i] = out->grad[i] / of_b[i];
    if (a->wants_grad)
        broadcast_grad(a, share, out->shape);
    for (size_t i = 0; i < out->size; i++)
        share[i] *= -out->data[i];
    if (b->wants_grad)
        broadcast_grad(b, share, out->shape);
}

Tensor *tensor_div(Tensor *a, Tensor *b)
{
    Shape shape = broadcast_shape("tensor_div", a, b);
    Tensor *out = tensor_result("div", shape, div_backward, 2, (Tensor *[]){a, b});
    const real *of_a = broadcast_data(a, shape), *of_b = broadcast_data(b, shape);
    for (size_t i = 0; i < out->size; i++)
        out->data[i] = of_a[i] / of_b[i];
    return out;
}
