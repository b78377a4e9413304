/* mul: y = a b, element by element, with broadcasting. Derived in chapter 06.
 *
 *   dy_i/da_i = b_i and dy_i/db_i = a_i: each operand's gradient is the upstream one times the other
 *   operand. When both are the same tensor, the two passes add up to 2 a_i. */
#include "ops/elementwise.h"
#include "base/vector.h"

WIDE static void mul_values(Elements e, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++)
        e.y[i] = e.x[i] * e.other[i];
}

WIDE static void mul_gradients(Elements e, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++)
        grad_put(e.dx, i, e.dy[i] * e.other[i]);
}

static void mul_backward(Tensor *out)
{
    for (int k = 0; k < 2; k++)
        elementwise_backward(out, k, mul_gradients);
}

Tensor *tensor_mul(Tensor *a, Tensor *b)
{
    Shape shape = broadcast_shape("tensor_mul", a, b);
    Tensor *out = tensor_result("mul", shape, mul_backward, 2, (Tensor *[]){a, b});
    return elementwise(out, mul_values);
}
