/* layer_norm: y = gain (x - mean) / sqrt(variance + epsilon) + bias over the last axis. Chapter 09,
 * "Layer norm".
 *
 * A bug hunt: this whole file is given, with one mistake in its backward. Each row of dx sums to 0,
 * as it must, and a network trained with it learns. Find what is wrong and mend it. */
#include "ops/ops.h"

typedef struct {
    real *mean, *inverse; /* (rows) */
} Saved;

/* One row, from element `at` on: from y back to n = (x - mean) r, from there to the variance and to
 * the mean, and from all three to x. dn is what n hears. */
static void row_backward(const Tensor *out, size_t at, size_t width, const real *dn, GradWrite dx)
{
    const Saved *saved = out->saved;
    const real *x = out->parents[0]->data + at, *bias = out->parents[2]->data;
    const real *y = out->data + at;
    real mean = saved->mean[at / width], r = saved->inverse[at / width];
    real dvariance = 0, dmean = 0;
    for (size_t i = 0; i < width; i++) {
        dvariance -= dn[i] * (y[i] - bias[i]) * r * r / 2;
        dmean -= dn[i] * r;
    }
    for (size_t i = 0; i < width; i++) {
        real by_itself = dn[i] * r;
        real by_mean = dmean / (real)width;
        real by_variance = dvariance * 2 * (x[i] - mean) / (real)width;
        grad_put(dx, at + i, by_itself + by_mean + by_variance);
    }
}

static void layer_norm_backward(Tensor *out)
{
    Tensor *x = out->parents[0], *gain = out->parents[1], *bias = out->parents[2];
    const Saved *saved = out->saved;
    size_t width = gain->size;
    if (x->wants_grad) {
        real *dn = tape_alloc(width * sizeof *dn);
        GradWrite dx = grad_write(x);
        for (size_t at = 0; at < out->size; at += width) {
            for (size_t i = 0; i < width; i++)
                dn[i] = out->grad[at + i] * gain->data[i];
            row_backward(out, at, width, dn, dx);
        }
    }
    if (gain->wants_grad) {
        real *dgain = grad_scatter(gain);
        for (size_t i = 0; i < out->size; i++)
            dgain[i % width] +=
                out->grad[i] * (x->data[i] - saved->mean[i / width]) * saved->inverse[i / width];
    }
    if (bias->wants_grad) {
        real *dbias = grad_scatter(bias);
        for (size_t i = 0; i < out->size; i++)
            dbias[i % width] += out->grad[i];
    }
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
    *saved = (Saved){tape_alloc(rows * sizeof(real)), tape_alloc(rows * sizeof(real))};
    out->saved = saved;
    for (size_t row = 0; row < rows; row++) {
        const real *in = x->data + row * width;
        real mean = 0, variance = 0;
        for (size_t i = 0; i < width; i++)
            mean += in[i] / (real)width;
        for (size_t i = 0; i < width; i++)
            variance += (in[i] - mean) * (in[i] - mean) / (real)width;
        saved->mean[row] = mean;
        saved->inverse[row] = 1 / sqrt(variance + epsilon);
        for (size_t i = 0; i < width; i++)
            out->data[row * width + i] =
                gain->data[i] * (in[i] - mean) * saved->inverse[row] + bias->data[i];
    }
    return out;
}
