/* rms_norm: y = gain x / sqrt(mean(x^2) + epsilon) over the last axis. Derived in chapter 09.
 *
 *   r = 1 / sqrt((1/C) sum x_j^2 + epsilon), n_i = x_i r, y_i = gain_i n_i. With g_i = dy_i gain_i,
 *   x has two channels, itself and r: dr/dx_i = -r^3 x_i / C, so
 *   dx_i = r (g_i - n_i (1/C) sum_j g_j n_j): layer norm's without the mean.
 *   Source: Zhang and Sennrich 2019. */
#include "ops/ops.h"

typedef struct {
    real *inverse; /* one a row */
} Saved;

static void rms_norm_backward(Tensor *out)
{
    Tensor *x = out->parents[0], *gain = out->parents[1];
    const Saved *saved = out->saved;
    size_t width = tensor_dim(out, -1), rows = out->size / width;
    if (gain->wants_grad) {
        real *dgain = grad_scatter(gain);
        for (size_t row = 0; row < rows; row++)
            for (size_t i = 0; i < width; i++)
                dgain[i] += out->grad[row * width + i] * x->data[row * width + i] *
                            saved->inverse[row];
    }
    if (!x->wants_grad)
        return;
    GradWrite dx = grad_write(x);
    for (size_t row = 0; row < rows; row++) {
        const real *dy = out->grad + row * width;
        real inverse = saved->inverse[row], mean_gn = 0; /* (1/C) sum g_j n_j */
        for (size_t i = 0; i < width; i++)
            mean_gn += dy[i] * gain->data[i] * x->data[row * width + i] * inverse;
        mean_gn /= (real)width;
        for (size_t i = 0; i < width; i++) {
            real n = x->data[row * width + i] * inverse;
            grad_put(dx, row * width + i, inverse * (dy[i] * gain->data[i] - n * mean_gn));
        }
    }
}

Tensor *tensor_rms_norm(Tensor *x, Tensor *gain, real epsilon)
{
    if (x->shape.rank < 1 || tensor_dim(x, -1) == 0 ||
        !shape_equal(gain->shape, shape1(tensor_dim(x, -1))))
        shape_mismatch("tensor_rms_norm", x, gain, "x (...,C) and gain (C)");
    size_t width = tensor_dim(x, -1), rows = x->size / width;
    Tensor *out = tensor_result("rms_norm", x->shape, rms_norm_backward, 2, (Tensor *[]){x, gain});
    Saved *saved = tape_alloc(sizeof *saved);
    saved->inverse = tape_alloc(rows * sizeof(real));
    out->saved = saved;
    for (size_t row = 0; row < rows; row++) {
        real squares = 0;
        for (size_t i = 0; i < width; i++)
            squares += x->data[row * width + i] * x->data[row * width + i];
        saved->inverse[row] = 1 / sqrt(squares / (real)width + epsilon);
        for (size_t i = 0; i < width; i++)
            out->data[row * width + i] =
                gain->data[i] * (x->data[row * width + i] * saved->inverse[row]);
    }
    return out;
}
