/* layer_norm: y = gain (x - mean) / sqrt(variance + epsilon) + bias over the last axis. Chapter 09.
 *
 *   For one row of C elements: mean = (1/C) sum x, variance = (1/C) sum (x - mean)^2 (biased),
 *   r = 1 / sqrt(variance + epsilon), n_i = (x_i - mean) r, y_i = gain_i n_i + bias_i.
 *   With g_i = dy_i gain_i, x reaches the loss by three channels: itself, the mean and the variance.
 *   Together: dx_i = r (g_i - (1/C) sum_j g_j - n_i (1/C) sum_j g_j n_j).
 *   dgain_i = sum over rows of dy_i n_i, dbias_i = sum over rows of dy_i.
 *   Source: Ba, Kiros and Hinton 2016. */
#include "ops/ops.h"

enum { ROWS = 16, COLUMNS = 64 }; /* in one thread's piece */

typedef struct {
    real *mean, *inverse; /* one a row; inverse is r above */
    real epsilon;
} Saved;

static void forward_rows(size_t begin, size_t end, void *context)
{
    Tensor *out = context;
    const Saved *saved = out->saved;
    const real *gain = out->parents[1]->data, *bias = out->parents[2]->data;
    size_t width = tensor_dim(out, -1);
    for (size_t row = begin; row < end; row++) {
        const real *x = out->parents[0]->data + row * width;
        real sum = 0, squares = 0;
        for (size_t i = 0; i < width; i++)
            sum += x[i];
        real mean = sum / (real)width;
        for (size_t i = 0; i < width; i++)
            squares += (x[i] - mean) * (x[i] - mean);
        real inverse = 1 / sqrt(squares / (real)width + saved->epsilon);
        for (size_t i = 0; i < width; i++)
            out->data[row * width + i] = gain[i] * ((x[i] - mean) * inverse) + bias[i];
        saved->mean[row] = mean;
        saved->inverse[row] = inverse;
    }
}

typedef struct {
    const Tensor *out;
    GradWrite dx, dgain, dbias;
    bool want_gain, want_bias;
} Gradients;

static void backward_rows(size_t begin, size_t end, void *context)
{
    const Gradients *g = context;
    const Saved *saved = g->out->saved;
    const real *gain = g->out->parents[1]->data;
    size_t width = tensor_dim(g->out, -1);
    for (size_t row = begin; row < end; row++) {
        const real *x = g->out->parents[0]->data + row * width, *dy = g->out->grad + row * width;
        real mean = saved->mean[row], inverse = saved->inverse[row];
        real mean_g = 0, mean_gn = 0; /* (1/C) sum g_j and (1/C) sum g_j n_j */
        for (size_t i = 0; i < width; i++) {
            mean_g += dy[i] * gain[i];
            mean_gn += dy[i] * gain[i] * (x[i] - mean) * inverse;
        }
        mean_g /= (real)width;
        mean_gn /= (real)width;
        for (size_t i = 0; i < width; i++) {
            real n = (x[i] - mean) * inverse;
            grad_put(g->dx, row * width + i, inverse * (dy[i] * gain[i] - mean_g - n * mean_gn));
        }
    }
}

/* Gain and bias: each column summed from the first row to the last. */
static void backward_columns(size_t begin, size_t end, void *context)
{
    const Gradients *g = context;
    const Saved *saved = g->out->saved;
    size_t width = tensor_dim(g->out, -1), rows = g->out->size / width;
    real gain[COLUMNS] = {0}, bias[COLUMNS] = {0};
    for (size_t row = 0; row < rows; row++)
        for (size_t i = begin; i < end; i++) {
            real x = g->out->parents[0]->data[row * width + i], dy = g->out->grad[row * width + i];
            gain[i - begin] += dy * (x - saved->mean[row]) * saved->inverse[row];
            bias[i - begin] += dy;
        }
    for (size_t i = begin; i < end; i++) {
        if (g->want_gain)
            grad_put(g->dgain, i, gain[i - begin]);
        if (g->want_bias)
            grad_put(g->dbias, i, bias[i - begin]);
    }
}

static void layer_norm_backward(Tensor *out)
{
    Tensor *x = out->parents[0], *gain = out->parents[1], *bias = out->parents[2];
    size_t width = tensor_dim(out, -1);
    Gradients g = {.out = out, .want_gain = gain->wants_grad, .want_bias = bias->wants_grad};
    if (g.want_gain)
        g.dgain = grad_write(gain);
    if (g.want_bias)
        g.dbias = grad_write(bias);
    if (g.want_gain || g.want_bias)
        parallel_for(width, COLUMNS, backward_columns, &g);
    if (x->wants_grad) {
        g.dx = grad_write(x);
        parallel_for(out->size / width, ROWS, backward_rows, &g);
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
    Tensor *out = tensor_result("layer_norm", x->shape, layer_norm_backward, 3,
                                (Tensor *[]){x, gain, bias});
    Saved *saved = tape_alloc(sizeof *saved);
    *saved = (Saved){tape_alloc(rows * sizeof(real)), tape_alloc(rows * sizeof(real)), epsilon};
    out->saved = saved;
    parallel_for(rows, ROWS, forward_rows, out);
    return out;
}
