/* div: y = a / b, element by element, with broadcasting. Derived in chapter 06.
 *
 *   dy_i/da_i = 1 / b_i
 *   dy_i/db_i = -a_i / b_i^2 = -y_i / b_i */
#include "ops/ops.h"

static void div_backward(Tensor *out)
{
    Tensor *a = out->parents[0], *b = out->parents[1];
    const real *divisor = broadcast_data(b, out->shape);
    if (a->wants_grad) {
        real *full = tape_alloc(out->size * sizeof *full);
        for (size_t i = 0; i < out->size; i++)
            full[i] = out->grad[i] / divisor[i];
        broadcast_grad(a, full, out->shape);
    }
    if (b->wants_grad) {
        real *full = tape_alloc(out->size * sizeof *full);
        for (size_t i = 0; i < out->size; i++)
            full[i] = -out->grad[i] * out->data[i] / divisor[i];
        broadcast_grad(b, full, out->shape);
    }
}

Tensor *tensor_div(Tensor *a, Tensor *b)
{
    Shape shape = broadcast_shape("tensor_div", a, b);
    Tensor *out = tensor_result("div", shape, div_backward, 2, (Tensor *[]){a, b});
    const real *x = broadcast_data(a, shape), *y = broadcast_data(b, shape);
    for (size_t i = 0; i < out->size; i++)
        out->data[i] = x[i] / y[i];
    return out;
}
