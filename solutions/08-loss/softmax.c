/* softmax: p_j = exp(x_j) / sum_k exp(x_k) over the last axis. Chapter 08, "softmax".
 *
 * A worked answer. */
#include "ops/ops.h"

/* What is taken off every score of a row: the largest, so that every exponent is at most 0 and one
 * of them is 0. Where all are minus infinity there is none; minus infinity less minus infinity
 * would be NaN, so take off nothing. */
static real shift_of(const real *x, size_t n)
{
    real max = -(real)INFINITY;
    for (size_t j = 0; j < n; j++)
        max = x[j] > max ? x[j] : max;
    return max == -(real)INFINITY ? 0 : max;
}

/* The exponentials, their sum, and each divided by it. The sum is at least 1, but in a row of
 * minus infinities: there it is 0, and the exponentials are what p shall be. */
LogSum softmax_row(real *p, const real *x, size_t n)
{
    real shift = shift_of(x, n), sum = 0;
    for (size_t j = 0; j < n; j++) {
        p[j] = exp(x[j] - shift);
        sum += p[j];
    }
    for (size_t j = 0; j < n && sum != 0; j++)
        p[j] /= sum;
    return (LogSum){shift, log(sum)};
}

LogSum log_sum_row(const real *x, size_t n)
{
    real shift = shift_of(x, n), sum = 0;
    for (size_t j = 0; j < n; j++)
        sum += exp(x[j] - shift);
    return (LogSum){shift, log(sum)};
}

/* dx_i = sum over j of dp_j p_j ([i = j] - p_i). The delta leaves one term of its sum, p_i dp_i;
 * the other part keeps its sum, which is one number for the whole row: the mean of dp, weighted
 * by p. So one loop for that number, and one for the elements. */
static void softmax_backward(Tensor *out)
{
    size_t n = tensor_dim(out, -1), rows = out->size / n;
    GradWrite dx = grad_write(out->parents[0]);
    for (size_t r = 0; r < rows; r++) {
        const real *p = out->data + r * n, *dp = out->grad + r * n;
        real mean = 0;
        for (size_t j = 0; j < n; j++)
            mean += p[j] * dp[j];
        for (size_t i = 0; i < n; i++)
            grad_put(dx, r * n + i, p[i] * (dp[i] - mean));
    }
}

Tensor *tensor_softmax(Tensor *x)
{
    if (x->shape.rank < 1)
        shape_mismatch("tensor_softmax", x, NULL, "at least one axis");
    Tensor *out = tensor_result("softmax", x->shape, softmax_backward, 1, &x);
    size_t n = tensor_dim(x, -1);
    for (size_t r = 0; r * n < x->size; r++)
        softmax_row(out->data + r * n, x->data + r * n, n);
    return out;
}
