/* mul: y = a b, element by element, with broadcasting. Derived in chapter 06.
 *
 *   dy_i/da_i = b_i and dy_i/db_i = a_i: each operand's gradient is the upstream one times the other
 *   operand. When both are the same tensor, the two passes add up to 2 a_i. */
#include "ops/ops.h"

static void mul_backward(Tensor *out)
{
    for (int k = 0; k < 2; k++) {
        Tensor *own = out->parents[k], *other = out->parents[1 - k];
        if (!own->wants_grad)
            continue;
        const real *factor = broadcast_data(other, out->shape);
        real *full = tape_alloc(out->size * sizeof *full);
        for (size_t i = 0; i < out->size; i++)
            full[i] = out->grad[i] * factor[i];
        broadcast_grad(own, full, out->shape);
    }
}

Tensor *tensor_mul(Tensor *a, Tensor *b)
{
    Shape shape = broadcast_shape("tensor_mul", a, b);
    Tensor *out = tensor_result("mul", shape, mul_backward, 2, (Tensor *[]){a, b});
    const real *x = broadcast_data(a, shape), *y = broadcast_data(b, shape);
    for (size_t i = 0; i < out->size; i++)
        out->data[i] = x[i] * y[i];
    return out;
}
