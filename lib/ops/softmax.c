/* softmax: p_j = exp(x_j) / sum_k exp(x_k) over the last axis. Derived in chapter 08.
 *
 *   Forward takes off the row's maximum m first: exp(x_j - m) / sum exp(x_k - m) is the same number,
 *   and nothing overflows. The Jacobian is dp_j/dx_i = p_j ([i = j] - p_i), so
 *   dx_i = sum_j dp_j p_j ([i = j] - p_i) = p_i (dp_i - sum_j dp_j p_j):
 *   what is taken off is the mean of dp weighted by p, not the plain mean. */
#include "ops/ops.h"
#include "base/vector.h"

WIDE static LogSum row(real *p, const real *x, size_t n)
{
    real max = loop_max(x, n);
    /* A row in which every key is masked: no probability anywhere, rather than 0/0. */
    real shift = max == -(real)INFINITY ? 0 : max;
    for (size_t j = 0; j < n; j++)
        p[j] = loop_exp(x[j] - shift);
    real sum = loop_sum(p, n);
    for (size_t j = 0; j < n && sum != 0; j++)
        p[j] /= sum;
    return (LogSum){shift, log(sum)};
}

LogSum softmax_row(real *p, const real *x, size_t n)
{
    return row(p, x, n);
}

static void softmax_rows(size_t begin, size_t end, void *context)
{
    Tensor *out = context;
    size_t n = tensor_dim(out, -1);
    for (size_t r = begin; r < end; r++)
        row(out->data + r * n, out->parents[0]->data + r * n, n);
}

typedef struct {
    const Tensor *out;
    GradWrite dx;
} Gradients;

WIDE static void softmax_gradients(size_t begin, size_t end, void *context)
{
    const Gradients g = *(const Gradients *)context;
    size_t n = tensor_dim(g.out, -1);
    for (size_t r = begin; r < end; r++) {
        size_t at = r * n;
        const real *p = g.out->data + at, *dp = g.out->grad + at;
        real mean = loop_dot(dp, p, n); /* sum_j dp_j p_j */
        for (size_t j = 0; j < n; j++)
            grad_put(g.dx, at + j, p[j] * (dp[j] - mean));
    }
}

/* Element i goes into lane i mod LANES, as in loop_sum over all of p: the same bits. */
WIDE static LogSum sum_row(const real *x, size_t n)
{
    enum { BLOCK = 64 * LANES };
    real lane[LANES] = {0}, p[BLOCK];
    real max = loop_max(x, n);
    real shift = max == -(real)INFINITY ? 0 : max;
    for (size_t from = 0; from < n; from += BLOCK) {
        size_t count = n - from < BLOCK ? n - from : BLOCK;
        for (size_t j = 0; j < count; j++)
            p[j] = loop_exp(x[from + j] - shift);
        size_t whole = count - count % LANES;
        for (size_t j = 0; j < whole; j += LANES)
            for (size_t l = 0; l < LANES; l++)
                lane[l] += p[j + l];
        for (size_t j = whole; j < count; j++)
            lane[j - whole] += p[j];
    }
    return (LogSum){shift, log(lanes_sum(lane))};
}

LogSum log_sum_row(const real *x, size_t n)
{
    return sum_row(x, n);
}

static void softmax_backward(Tensor *out)
{
    Gradients g = {out, grad_write(out->parents[0])};
    size_t rows = shape_product(out->shape, 0, out->shape.rank - 1);
    parallel_for(rows, loop_grain(tensor_dim(out, -1)), softmax_gradients, &g);
}

Tensor *tensor_softmax(Tensor *x)
{
    if (x->shape.rank < 1)
        shape_mismatch("tensor_softmax", x, NULL, "at least one axis");
    Tensor *out = tensor_result("softmax", x->shape, softmax_backward, 1, &x);
    size_t rows = shape_product(x->shape, 0, x->shape.rank - 1);
    parallel_for(rows, loop_grain(tensor_dim(x, -1)), softmax_rows, out);
    return out;
}
