/* sub: y = a - b, with broadcasting. Derived in chapter 06.
 *
 *   dy_i/da_i = 1 and dy_i/db_i = -1: b gets the gradient with its sign turned. */
#include "ops/elementwise.h"
#include "base/vector.h"

WIDE static void sub_values(Elements e, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++)
        e.y[i] = e.x[i] - e.other[i];
}

WIDE static void sub_gradients(Elements e, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++)
        grad_put(e.dx, i, -e.dy[i]);
}

static void sub_backward(Tensor *out)
{
    Tensor *a = out->parents[0];
    if (a->wants_grad)
        broadcast_grad(a, out->grad, out->shape);
    elementwise_backward(out, 1, sub_gradients);
}

Tensor *tensor_sub(Tensor *a, Tensor *b)
{
    Shape shape = broadcast_shape("tensor_sub", a, b);
    Tensor *out = tensor_result("sub", shape, sub_backward, 2, (Tensor *[]){a, b});
    return elementwise(out, sub_values);
}
