/* div: y = a / b, element by element, with broadcasting. Derived in chapter 06.
 *
 *   dy_i/da_i = 1 / b_i
 *   dy_i/db_i = -a_i / b_i^2 = -y_i / b_i */
#include "ops/elementwise.h"
#include "base/vector.h"

WIDE static void div_values(Elements e, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++)
        e.y[i] = e.x[i] / e.other[i];
}

WIDE static void div_along_a(Elements e, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++)
        grad_put(e.dx, i, e.dy[i] / e.other[i]);
}

WIDE static void div_along_b(Elements e, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++)
        grad_put(e.dx, i, -e.dy[i] * e.y[i] / e.x[i]);
}

static void div_backward(Tensor *out)
{
    elementwise_backward(out, 0, div_along_a);
    elementwise_backward(out, 1, div_along_b);
}

Tensor *tensor_div(Tensor *a, Tensor *b)
{
    Shape shape = broadcast_shape("tensor_div", a, b);
    Tensor *out = tensor_result("div", shape, div_backward, 2, (Tensor *[]){a, b});
    return elementwise(out, div_values);
}
