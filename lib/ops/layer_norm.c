/* layer_norm: y = gain (x - mean) / sqrt(variance + epsilon) + bias over the last axis. Chapter 09.
 *
 *   For one row of C elements: mean = (1/C) sum x, variance = (1/C) sum (x - mean)^2 (biased),
 *   r = 1 / sqrt(variance + epsilon), n_i = (x_i - mean) r, y_i = gain_i n_i + bias_i.
 *   With g_i = dy_i gain_i, x reaches the loss by three channels: itself, the mean and the variance.
 *   Together: dx_i = r (g_i - (1/C) sum_j g_j - n_i (1/C) sum_j g_j n_j).
 *   dgain_i = sum over rows of dy_i n_i, dbias_i = sum over rows of dy_i.
 *   Source: Ba, Kiros and Hinton 2016. */
#include "ops/ops.h"
#include "base/vector.h"

#include <string.h>

enum { ROWS = 32 }; /* in one thread's piece */

typedef struct {
    real *mean, *inverse; /* one a row; inverse is r above */
    real epsilon;
} Saved;

WIDE static void layer_norm_rows(size_t begin, size_t end, void *context)
{
    Tensor *out = context;
    const Saved *saved = out->saved;
    const real *gain = out->parents[1]->data, *bias = out->parents[2]->data;
    size_t width = tensor_dim(out, -1);
    for (size_t row = begin; row < end; row++) {
        const real *x = out->parents[0]->data + row * width;
        real *y = out->data + row * width;
        real mean = loop_sum(x, width) / (real)width;
        for (size_t i = 0; i < width; i++)
            y[i] = x[i] - mean;
        real inverse = 1 / sqrt(loop_dot(y, y, width) / (real)width + saved->epsilon);
        for (size_t i = 0; i < width; i++)
            y[i] = gain[i] * (y[i] * inverse) + bias[i];
        saved->mean[row] = mean;
        saved->inverse[row] = inverse;
    }
}

/* Rows go in blocks of ROWS, one thread's piece each; a block has memory of its own. */
typedef struct {
    const Tensor *out;
    GradWrite dx;
    real *dgain, *dbias; /* (blocks,C), the block's share */
    real *n, *g;         /* (blocks,C), of the row at hand */
} Gradients;

/* n and g of one row, and what it adds to the block's dgain and dbias. */
static inline void add_row(size_t width, const real *restrict x, real mean, real inverse,
                           const real *restrict dy, const real *restrict gain, real *restrict n,
                           real *restrict g, real *restrict dgain, real *restrict dbias)
{
    for (size_t i = 0; i < width; i++) {
        n[i] = (x[i] - mean) * inverse;
        g[i] = dy[i] * gain[i];
        dgain[i] += dy[i] * n[i];
        dbias[i] += dy[i];
    }
}

WIDE static void layer_norm_gradients(size_t begin, size_t end, void *context)
{
    const Gradients s = *(const Gradients *)context;
    const Saved *saved = s.out->saved;
    const Tensor *x = s.out->parents[0], *gain = s.out->parents[1];
    size_t width = tensor_dim(x, -1), first = begin / ROWS * width;
    real *dgain = s.dgain + first, *dbias = s.dbias + first, *n = s.n + first, *g = s.g + first;
    memset(dgain, 0, width * sizeof *dgain);
    memset(dbias, 0, width * sizeof *dbias);
    for (size_t row = begin; row < end; row++) {
        size_t at = row * width;
        real inverse = saved->inverse[row];
        add_row(width, x->data + at, saved->mean[row], inverse, s.out->grad + at, gain->data, n, g,
                dgain, dbias);
        if (!x->wants_grad)
            continue;
        real mean_g = loop_sum(g, width) / (real)width;
        real mean_gn = loop_dot(g, n, width) / (real)width;
        for (size_t i = 0; i < width; i++)
            grad_put(s.dx, at + i, inverse * (g[i] - mean_g - n[i] * mean_gn));
    }
}

static void layer_norm_backward(Tensor *out)
{
    Tensor *x = out->parents[0], *gain = out->parents[1], *bias = out->parents[2];
    size_t width = tensor_dim(out, -1), rows = out->size / width, blocks = (rows + ROWS - 1) / ROWS;
    Gradients s = {.out = out,
                   .dgain = tape_alloc(blocks * width * sizeof(real)),
                   .dbias = tape_alloc(blocks * width * sizeof(real)),
                   .n = tape_alloc(blocks * width * sizeof(real)),
                   .g = tape_alloc(blocks * width * sizeof(real))};
    if (x->wants_grad)
        s.dx = grad_write(x);
    parallel_for(rows, ROWS, layer_norm_gradients, &s);
    /* The blocks' shares are added as a stretched row's copies are: from the first to the last. */
    if (gain->wants_grad)
        broadcast_grad(gain, s.dgain, shape2(blocks, width));
    if (bias->wants_grad)
        broadcast_grad(bias, s.dbias, shape2(blocks, width));
}

Tensor *tensor_layer_norm(Tensor *x, Tensor *gain, Tensor *bias, real epsilon)
{
    if (x->shape.rank < 1 || tensor_dim(x, -1) == 0)
        shape_mismatch("tensor_layer_norm", x, NULL, "x (...,C)");
    size_t width = tensor_dim(x, -1), rows = x->size / width;
    if (!shape_equal(gain->shape, shape1(width)))
        shape_mismatch("tensor_layer_norm", x, gain, "x (...,C) and gain (C)");
    if (!shape_equal(bias->shape, shape1(width)))
        shape_mismatch("tensor_layer_norm", x, bias, "x (...,C) and bias (C)");
    Tensor *out = tensor_result("layer_norm", x->shape, layer_norm_backward, 3,
                                (Tensor *[]){x, gain, bias});
    Saved *saved = tape_alloc(sizeof *saved);
    *saved = (Saved){tape_alloc(rows * sizeof(real)), tape_alloc(rows * sizeof(real)), epsilon};
    out->saved = saved;
    parallel_for(rows, ROWS, layer_norm_rows, out);
    return out;
}
