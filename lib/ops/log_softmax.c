/* log_softmax: y_j = x_j - log sum_k exp(x_k) over the last axis. Derived in chapter 08.
 *
 *   dy_j/dx_i = [i = j] - p_i, so dx_i = dy_i - p_i sum_j dy_j, with p = exp(y). The logarithm of a
 *   probability that underflows to 0 is minus infinity; this form never takes it. */
#include "ops/ops.h"

static void log_softmax_backward(Tensor *out)
{
    size_t n = tensor_dim(out, -1);
    GradWrite dx = grad_write(out->parents[0]);
    for (size_t row = 0; row < out->size; row += n) {
        const real *y = out->data + row, *dy = out->grad + row;
        real sum = 0;
        for (size_t j = 0; j < n; j++)
            sum += dy[j];
        for (size_t j = 0; j < n; j++)
            grad_put(dx, row + j, dy[j] - exp(y[j]) * sum);
    }
}

Tensor *tensor_log_softmax(Tensor *x)
{
    if (x->shape.rank < 1)
        shape_mismatch("tensor_log_softmax", x, NULL, "at least one axis");
    size_t n = tensor_dim(x, -1);
    Tensor *out = tensor_result("log_softmax", x->shape, log_softmax_backward, 1, &x);
    for (size_t row = 0; row < x->size; row += n) {
        LogSum sum = softmax_row(out->data + row, x->data + row, n);
        for (size_t j = 0; j < n; j++)
            out->data[row + j] = (x->data[row + j] - sum.max) - sum.rest;
    }
    return out;
}
