/* Exercise 09-normalization/centre: y = x less the mean of its row, the first half of layer norm.
 *
 * A worked answer. */
#include "centre.h"

/* A nudge of x_k moves y_k one for one, and by way of the mean every y_i of its row by -1/C. So
 * dx_k = dy_k - (1/C) sum over i of dy_i: what came from above, centred in its turn. */
static void centre_backward(Tensor *out)
{
    Tensor *x = out->parents[0];
    size_t width = tensor_dim(x, -1);
    GradWrite dx = grad_write(x);
    for (size_t row = 0; row < x->size; row += width) {
        const real *dy = out->grad + row;
        real mean = 0;
        for (size_t i = 0; i < width; i++)
            mean += dy[i] / (real)width;
        for (size_t i = 0; i < width; i++)
            grad_put(dx, row + i, dy[i] - mean);
    }
}

Tensor *tensor_centre(Tensor *x)
{
    Tensor *out = tensor_result("centre", x->shape, centre_backward, 1, &x);
    size_t width = tensor_dim(x, -1);
    for (size_t row = 0; row < x->size; row += width) {
        real mean = 0;
        for (size_t i = 0; i < width; i++)
            mean += x->data[row + i] / (real)width;
        for (size_t i = 0; i < width; i++)
            out->data[row + i] = x->data[row + i] - mean;
    }
    return out;
}
