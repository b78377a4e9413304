/* reshape: the same elements in the same order under another shape. Derived in chapter 07.
 *
 *   y_i = x_i in row-major order, so the gradient is the same list of numbers under x's shape. The
 *   data is shared, not copied. The gradient's memory is handed on where no other child of x wrote. */
#include "ops/ops.h"

static void reshape_backward(Tensor *out)
{
    grad_pass(out->parents[0], out);
}

Tensor *tensor_reshape(Tensor *x, Shape shape)
{
    require(shape_size(shape) == x->size, "tensor_reshape: expected %zu elements as in %s, found %s",
            x->size, shape_text(x->shape), shape_text(shape));
    return tensor_view("reshape", x, shape, reshape_backward);
}
