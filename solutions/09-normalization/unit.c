/* Exercise 09-normalization/unit: every row brought to length 1. The examination of this chapter.
 *
 * A worked answer. With s = epsilon + sum x_j^2 and q = s^(-1/2), y_i = x_i q.
 *
 *   By itself: x_k moves y_k by q, share q dy_k.
 *   By the length: ds/dx_k = 2 x_k, a sum and no mean, so there is no 1/C; dq/ds = -q^3 / 2; and
 *   every y_i hears of q, share dy_i x_i. Together -q^3 x_k sum_i dy_i x_i, which is
 *   -q y_k sum_i dy_i y_i.
 *   dx_k = q (dy_k - y_k sum_i dy_i y_i).
 *
 *   Check: y = (3/5, 4/5) from x = (3, 4), dy = (1, 0): q = 1/5, the sum is 3/5, and
 *   dx = (16, -12) / 125 is at right angles to x, as it must be: a longer row gives the same y. */
#include "unit.h"

static void unit_backward(Tensor *out)
{
    Tensor *x = out->parents[0];
    const real *inverse = out->saved, *y = out->data, *dy = out->grad;
    size_t width = tensor_dim(x, -1);
    GradWrite dx = grad_write(x);
    for (size_t row = 0; row < x->size; row += width) {
        real along = 0;
        for (size_t i = 0; i < width; i++)
            along += dy[row + i] * y[row + i];
        for (size_t i = 0; i < width; i++)
            grad_put(dx, row + i, inverse[row / width] * (dy[row + i] - y[row + i] * along));
    }
}

Tensor *tensor_unit(Tensor *x, real epsilon)
{
    Tensor *out = tensor_result("unit", x->shape, unit_backward, 1, &x);
    size_t width = tensor_dim(x, -1);
    real *inverse = tape_alloc(x->size / width * sizeof *inverse);
    out->saved = inverse;
    for (size_t row = 0; row < x->size; row += width) {
        real square = epsilon;
        for (size_t i = 0; i < width; i++)
            square += x->data[row + i] * x->data[row + i];
        inverse[row / width] = 1 / sqrt(square);
        for (size_t i = 0; i < width; i++)
            out->data[row + i] = x->data[row + i] * inverse[row / width];
    }
    return out;
}
