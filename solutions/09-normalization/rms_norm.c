/* rms_norm: y = gain x / sqrt(mean(x^2) + epsilon) over the last axis. Chapter 09, "RMS norm".
 *
 * A worked answer: layer norm with the mean's channel closed, and without a bias. */
#include "ops/ops.h"

/* dx_k = r (g_k - n_k mean(g n)), with n_k = x_k r; dgain_i = the sum over rows of dy_i n_i. */
static void rms_norm_backward(Tensor *out)
{
    Tensor *x = out->parents[0], *gain = out->parents[1];
    const real *inverse = out->saved;
    size_t width = gain->size;
    if (x->wants_grad) {
        GradWrite dx = grad_write(x);
        for (size_t row = 0; row < x->size; row += width) {
            real r = inverse[row / width], mean_gn = 0;
            for (size_t i = 0; i < width; i++)
                mean_gn += out->grad[row + i] * gain->data[i] * x->data[row + i] * r / (real)width;
            for (size_t i = 0; i < width; i++) {
                real g = out->grad[row + i] * gain->data[i], n = x->data[row + i] * r;
                grad_put(dx, row + i, r * (g - n * mean_gn));
            }
        }
    }
    if (gain->wants_grad) {
        real *dgain = grad_scatter(gain);
        for (size_t i = 0; i < x->size; i++)
            dgain[i % width] += out->grad[i] * x->data[i] * inverse[i / width];
    }
}

Tensor *tensor_rms_norm(Tensor *x, Tensor *gain, real epsilon)
{
    if (x->shape.rank < 1 || tensor_dim(x, -1) == 0 ||
        !shape_equal(gain->shape, shape1(tensor_dim(x, -1))))
        shape_mismatch("tensor_rms_norm", x, gain, "x (...,C) and gain (C)");
    size_t width = tensor_dim(x, -1), rows = x->size / width;
    Tensor *out = tensor_result("rms_norm", x->shape, rms_norm_backward, 2, (Tensor *[]){x, gain});
    real *inverse = tape_alloc(rows * sizeof *inverse);
    out->saved = inverse;
    for (size_t row = 0; row < rows; row++) {
        const real *in = x->data + row * width;
        real square = 0;
        for (size_t i = 0; i < width; i++)
            square += in[i] * in[i] / (real)width;
        inverse[row] = 1 / sqrt(square + epsilon);
        for (size_t i = 0; i < width; i++)
            out->data[row * width + i] = gain->data[i] * in[i] * inverse[row];
    }
    return out;
}
