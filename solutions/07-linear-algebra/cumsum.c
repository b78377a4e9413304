/* Exercise 07-linear-algebra/cumsum: y_t = x_0 + ... + x_t along the last axis.
 *
 * A worked answer. One element with its letters: y_t = sum over s of [s <= t] x_s. So x_s takes
 * part in y_t for every t from s on, with slope 1, and in no earlier one: dx_s = sum over t >= s
 * of dy_t. That is a running sum again, which runs from the end. */
#include "cumsum.h"

static void cumsum_backward(Tensor *out)
{
    Tensor *x = out->parents[0];
    size_t length = tensor_dim(x, -1);
    GradWrite dx = grad_write(x);
    for (size_t row = 0; row < x->size; row += length) {
        real behind = 0;
        for (size_t s = length; s-- > 0;) {
            behind += out->grad[row + s];
            grad_put(dx, row + s, behind);
        }
    }
}

Tensor *tensor_cumsum(Tensor *x)
{
    if (x->shape.rank < 1)
        shape_mismatch("tensor_cumsum", x, NULL, "at least one axis");
    Tensor *out = tensor_result("cumsum", x->shape, cumsum_backward, 1, &x);
    size_t length = tensor_dim(x, -1);
    for (size_t row = 0; row < x->size; row += length) {
        real sum = 0;
        for (size_t t = 0; t < length; t++) {
            sum += x->data[row + t];
            out->data[row + t] = sum;
        }
    }
    return out;
}
