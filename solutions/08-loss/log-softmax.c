/* log_softmax: y_j = x_j - log sum_k exp(x_k) over the last axis. Chapter 08, "log_softmax".
 *
 * A worked answer. */
#include "ops/ops.h"

/* dx_i = sum over j of dy_j ([i = j] - p_i) = dy_i - p_i (sum of dy): here the sum is plain, and p
 * stands outside. p itself is e^y, and y is at hand. */
static void log_softmax_backward(Tensor *out)
{
    size_t n = tensor_dim(out, -1), rows = out->size / n;
    GradWrite dx = grad_write(out->parents[0]);
    for (size_t r = 0; r < rows; r++) {
        const real *y = out->data + r * n, *dy = out->grad + r * n;
        real sum = 0;
        for (size_t j = 0; j < n; j++)
            sum += dy[j];
        for (size_t i = 0; i < n; i++)
            grad_put(dx, r * n + i, dy[i] - exp(y[i]) * sum);
    }
}

Tensor *tensor_log_softmax(Tensor *x)
{
    if (x->shape.rank < 1)
        shape_mismatch("tensor_log_softmax", x, NULL, "at least one axis");
    Tensor *out = tensor_result("log_softmax", x->shape, log_softmax_backward, 1, &x);
    size_t n = tensor_dim(x, -1);
    for (size_t r = 0; r * n < x->size; r++) {
        const real *row = x->data + r * n;
        real max = row[0], sum = 0;
        for (size_t j = 1; j < n; j++)
            max = row[j] > max ? row[j] : max;
        for (size_t j = 0; j < n; j++)
            sum += exp(row[j] - max);
        /* x_j - (max + log sum), but near 1000 the digits of log sum would be lost in max: take
         * off the one, then the other. */
        for (size_t j = 0; j < n; j++)
            out->data[r * n + j] = (row[j] - max) - log(sum);
    }
    return out;
}
