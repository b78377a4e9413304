/* log_softmax: y_j = x_j - log sum_k exp(x_k) over the last axis. Derived in chapter 08.
 *
 *   dy_j/dx_i = [i = j] - p_i, so dx_i = dy_i - p_i sum_j dy_j, with p = exp(y). The logarithm of a
 *   probability that underflows to 0 is minus infinity; this form never takes it. */
#include "ops/ops.h"
#include "base/vector.h"

WIDE static void log_softmax_rows(size_t begin, size_t end, void *context)
{
    Tensor *out = context;
    size_t n = tensor_dim(out, -1);
    for (size_t row = begin; row < end; row++) {
        size_t at = row * n;
        const real *x = out->parents[0]->data + at;
        LogSum sum = softmax_row(out->data + at, x, n);
        for (size_t j = 0; j < n; j++)
            out->data[at + j] = (x[j] - sum.max) - sum.rest;
    }
}

typedef struct {
    const Tensor *out;
    GradWrite dx;
} Gradients;

WIDE static void log_softmax_gradients(size_t begin, size_t end, void *context)
{
    const Gradients g = *(const Gradients *)context;
    size_t n = tensor_dim(g.out, -1);
    for (size_t row = begin; row < end; row++) {
        size_t at = row * n;
        const real *y = g.out->data + at, *dy = g.out->grad + at;
        real sum = loop_sum(dy, n);
        for (size_t j = 0; j < n; j++)
            grad_put(g.dx, at + j, dy[j] - loop_exp(y[j]) * sum);
    }
}

static void log_softmax_backward(Tensor *out)
{
    Gradients g = {out, grad_write(out->parents[0])};
    size_t rows = shape_product(out->shape, 0, out->shape.rank - 1);
    parallel_for(rows, loop_grain(tensor_dim(out, -1)), log_softmax_gradients, &g);
}

Tensor *tensor_log_softmax(Tensor *x)
{
    if (x->shape.rank < 1)
        shape_mismatch("tensor_log_softmax", x, NULL, "at least one axis");
    Tensor *out = tensor_result("log_softmax", x->shape, log_softmax_backward, 1, &x);
    size_t rows = shape_product(x->shape, 0, x->shape.rank - 1);
    parallel_for(rows, loop_grain(tensor_dim(x, -1)), log_softmax_rows, out);
    return out;
}
