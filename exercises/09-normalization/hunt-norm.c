/* layer_norm: y = gain (x - mean) / sqrt(variance + epsilon) + bias over the last axis. Chapter 09,
 * "Layer norm".
 *
 * A bug hunt: this whole file is given, with one mistake in its backward. Each row of dx sums to 0,
 * as it must, and a network trained with it learns. Find what is wrong and mend it. */
#include "ops/ops.h"

typedef struct {
    real *mean, *inverse; /* (rows) */
} Saved;

/* One row. dn is what the normalised numbers hear, n_i = (x_i - mean) r. */
static void row_gradient(GradWrite dx, size_t at, size_t width, const real *x, const real *dn,
                         real mean, real inverse)
{
    (void)x, (void)mean; /* which may be of use */
    /* n depends on x_i by x_i itself, by the mean and by the variance. dvariance/dmean is
     * -(2/C) times the sum of the deviations from the mean, and they sum to 0: so nothing comes by
     * the variance, and two ways are left. */
    real dmean = 0;
    for (size_t i = 0; i < width; i++)
        dmean -= dn[i] * inverse;
    for (size_t i = 0; i < width; i++) {
        real by_itself = dn[i] * inverse;
        real by_mean = dmean / (real)width;
        grad_put(dx, at + i, by_itself + by_mean);
    }
}

static void layer_norm_backward(Tensor *out)
{
    Tensor *x = out->parents[0], *gain = out->parents[1], *bias = out->parents[2];
    const Saved *saved = out->saved;
    size_t width = gain->size, rows = out->size / width;
    real *dn = tape_alloc(out->size * sizeof *dn);
    for (size_t i = 0; i < out->size; i++)
        dn[i] = out->grad[i] * gain->data[i % width];
    if (x->wants_grad) {
        GradWrite dx = grad_write(x);
        for (size_t row = 0; row < rows; row++)
            row_gradient(dx, row * width, width, x->data + row * width, dn + row * width,
                         saved->mean[row], saved->inverse[row]);
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
