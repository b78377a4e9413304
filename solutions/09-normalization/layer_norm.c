/* layer_norm: y = gain (x - mean) / sqrt(variance + epsilon) + bias over the last axis. Chapter 09,
 * "Layer norm".
 *
 * A worked answer. n and r are kept by the forward, so that the backward reads like the formula. */
#include "ops/ops.h"

typedef struct {
    real *n;       /* (rows,C) */
    real *inverse; /* (rows): r = 1 / sqrt(variance + epsilon) */
} Saved;

/* One row of dx. With g = dy gain, what n hears: r times g, less the mean of g (by the row's mean),
 * less n times the mean of g n (by the row's deviation). */
static void row_gradient(GradWrite dx, size_t row, size_t width, const real *dy, const real *gain,
                         const real *n, real inverse)
{
    real mean_g = 0, mean_gn = 0;
    for (size_t i = 0; i < width; i++) {
        real g = dy[i] * gain[i];
        mean_g += g / (real)width;
        mean_gn += g * n[i] / (real)width;
    }
    for (size_t i = 0; i < width; i++) {
        real g = dy[i] * gain[i];
        grad_put(dx, row * width + i, inverse * (g - mean_g - n[i] * mean_gn));
    }
}

static void layer_norm_backward(Tensor *out)
{
    Tensor *x = out->parents[0], *gain = out->parents[1], *bias = out->parents[2];
    const Saved *saved = out->saved;
    size_t width = gain->size, rows = out->size / width;
    if (x->wants_grad) {
        GradWrite dx = grad_write(x);
        for (size_t row = 0; row < rows; row++)
            row_gradient(dx, row, width, out->grad + row * width, gain->data,
                         saved->n + row * width, saved->inverse[row]);
    }
    /* Gain and bias were stretched over the rows, so the rows are summed: a scatter, which begins
     * with zeros if this is the first write. */
    if (gain->wants_grad) {
        real *dgain = grad_scatter(gain);
        for (size_t i = 0; i < out->size; i++)
            dgain[i % width] += out->grad[i] * saved->n[i];
    }
    if (bias->wants_grad) {
        real *dbias = grad_scatter(bias);
        for (size_t i = 0; i < out->size; i++)
            dbias[i % width] += out->grad[i];
    }
}

/* Fills n of one row and returns its r. Two passes: the mean first, then the squares of the
 * distances from it, so that no digits are lost when a row lies far from 0. */
static real row_normalise(real *n, const real *x, size_t width, real epsilon)
{
    real mean = 0, variance = 0;
    for (size_t i = 0; i < width; i++)
        mean += x[i] / (real)width;
    for (size_t i = 0; i < width; i++)
        variance += (x[i] - mean) * (x[i] - mean) / (real)width;
    real inverse = 1 / sqrt(variance + epsilon);
    for (size_t i = 0; i < width; i++)
        n[i] = (x[i] - mean) * inverse;
    return inverse;
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
    Tensor *out =
        tensor_result("layer_norm", x->shape, layer_norm_backward, 3, (Tensor *[]){x, gain, bias});
    Saved *saved = tape_alloc(sizeof *saved);
    *saved = (Saved){tape_alloc(x->size * sizeof(real)), tape_alloc(rows * sizeof(real))};
    out->saved = saved;
    for (size_t row = 0; row < rows; row++)
        saved->inverse[row] =
            row_normalise(saved->n + row * width, x->data + row * width, width, epsilon);
    for (size_t i = 0; i < x->size; i++)
        out->data[i] = gain->data[i % width] * saved->n[i] + bias->data[i % width];
    return out;
}
