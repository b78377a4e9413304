/* reshape: the same elements in the same order under another shape. Derived in chapter 07.
 *
 *   y_i = x_i in row-major order, so the gradient is the same list of numbers under x's shape. The
 *   data is shared, not copied; the gradients are two buffers, since x may have other children. */
#include "ops/elementwise.h"
#include "base/vector.h"

WIDE static void reshape_gradients(Elements e, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++)
        grad_put(e.dx, i, e.dy[i]);
}

static void reshape_backward(Tensor *out)
{
    elementwise_backward(out, 0, reshape_gradients);
}

Tensor *tensor_reshape(Tensor *x, Shape shape)
{
    require(shape_size(shape) == x->size, "tensor_reshape: expected %zu elements as in %s, found %s",
            x->size, shape_text(x->shape), shape_text(shape));
    return tensor_view("reshape", x, shape, reshape_backward);
}
