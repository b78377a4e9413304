/* sub: y = a - b, element by element, with broadcasting. Chapter 06, "sub".
 *
 * A worked answer. */
#include "ops/ops.h"

/* The slope is 1 along a and -1 along b. Each gradient first has the result's shape; broadcast_grad
 * sums it over whatever was stretched, and adds. a's share is out->grad as it stands; b's needs the
 * other sign, so it is made in memory of the tape. An operand that wants no gradient is left alone:
 * it has nowhere to put one. */
static void sub_backward(Tensor *out)
{
    Tensor *a = out->parents[0], *b = out->parents[1];
    if (a->wants_grad)
        broadcast_grad(a, out->grad, out->shape);
    if (!b->wants_grad)
        return;
    real *share = tape_alloc(out->size * sizeof *share);
    for (size_t i = 0; i < out->size; i++)
        share[i] = -out->grad[i];
    broadcast_grad(b, share, out->shape);
}

Tensor *tensor_sub(Tensor *a, Tensor *b)
{
    Shape shape = broadcast_shape("tensor_sub", a, b);
    Tensor *out = tensor_result("sub", shape, sub_backward, 2, (Tensor *[]){a, b});
    const real *of_a = broadcast_data(a, shape), *of_b = broadcast_data(b, shape);
    for (size_t i = 0; i < out->size; i++)
        out->data[i] = of_a[i] - of_b[i];
    return out;
}
