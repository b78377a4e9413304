/* reshape: the same elements in the same order under another shape. Derived in chapter 07.
 *
 *   y_i = x_i in row-major order, so the gradient is the same list of numbers under x's shape. The
 *   data is shared, not copied; the gradients are two buffers, since x may have other children. */
#include "ops/ops.h"

static void reshape_backward(Tensor *out)
{
    GradWrite dx = grad_write(out->parents[0]);
    for (size_t i = 0; i < out->size; i++)
        grad_put(dx, i, out->grad[i]);
}

Tensor *tensor_reshape(Tensor *x, Shape shape)
{
    require(shape_size(shape) == x->size, "tensor_reshape: expected %zu elements as in %s, found %s",
            x->size, shape_text(x->shape), shape_text(shape));
    return tensor_view("reshape", x, shape, reshape_backward);
}
