/* add: y = a + b, with broadcasting. Derived in chapter 06.
 *
 *   y_i = a_i + b_i, so dy_i/da_i = dy_i/db_i = 1: the gradient goes to both unchanged, summed over
 *   the axes along which an operand was stretched. A residual connection is this op. */
#include "ops/elementwise.h"
#include "base/vector.h"

WIDE static void add_values(Elements e, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++)
        e.y[i] = e.x[i] + e.other[i];
}

static void add_backward(Tensor *out)
{
    Tensor *a = out->parents[0], *b = out->parents[1];
    if (b->wants_grad)
        broadcast_grad(b, out->grad, out->shape);
    if (a->wants_grad && a->size == out->size)
        grad_pass(a, out);
    else if (a->wants_grad)
        broadcast_grad(a, out->grad, out->shape);
}

Tensor *tensor_add(Tensor *a, Tensor *b)
{
    Shape shape = broadcast_shape("tensor_add", a, b);
    Tensor *out = tensor_result("add", shape, add_backward, 2, (Tensor *[]){a, b});
    return elementwise(out, add_values);
}
