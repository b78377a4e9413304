/* softmax: p_j = exp(x_j) / sum_k exp(x_k) over the last axis. Chapter 08, "softmax".
 *
 * What to write: what is taken off a row, one row's probabilities, and the backward. log_sum_row
 * and tensor_softmax are given. */
#include "ops/ops.h"

/* What is taken off every score of a row. A row of minus infinities has no largest number: 0. */
static real shift_of(const real *x, size_t n)
{
    (void)x, (void)n;
    return NAN; /* your code here */
}

/* The probabilities of one row; p may be x. Zeros where all scores are minus infinity. Returns the
 * logarithm of the row's sum of exponentials in two parts: the largest score, which was taken off,
 * and the logarithm of the sum without it. */
LogSum softmax_row(real *p, const real *x, size_t n)
{
    (void)x;
    for (size_t j = 0; j < n; j++)
        p[j] = NAN; /* your code here */
    return (LogSum){NAN, NAN};
}

LogSum log_sum_row(const real *x, size_t n)
{
    real shift = shift_of(x, n), sum = 0;
    for (size_t j = 0; j < n; j++)
        sum += exp(x[j] - shift);
    return (LogSum){shift, log(sum)};
}

static void softmax_backward(Tensor *out)
{
    (void)out;
    /* your code here */
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
