/* sub: y = a - b, with broadcasting. Derived in chapter 06.
 *
 *   dy_i/da_i = 1 and dy_i/db_i = -1: b gets the gradient with its sign turned. */
#include "ops/ops.h"

static void sub_backward(Tensor *out)
{
    Tensor *a = out->parents[0], *b = out->parents[1];
    if (a->wants_grad)
        broadcast_grad(a, out->grad, out->shape);
    if (b->wants_grad) {
        real *full = tape_alloc(out->size * sizeof *full);
        for (size_t i = 0; i < out->size; i++)
            full[i] = -out->grad[i];
        broadcast_grad(b, full, out->shape);
    }
}

Tensor *tensor_sub(Tensor *a, Tensor *b)
{
    Shape shape = broadcast_shape("tensor_sub", a, b);
    Tensor *out = tensor_result("sub", shape, sub_backward, 2, (Tensor *[]){a, b});
    const real *x = broadcast_data(a, shape), *y = broadcast_data(b, shape);
    for (size_t i = 0; i < out->size; i++)
        out->data[i] = x[i] - y[i];
    return out;
}
