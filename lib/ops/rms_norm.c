/* rms_norm: y = gain x / sqrt(mean(x^2) + epsilon) over the last axis. Derived in chapter 09.
 *
 *   r = 1 / sqrt((1/C) sum x_j^2 + epsilon), n_i = x_i r, y_i = gain_i n_i. With g_i = dy_i gain_i,
 *   x has two channels, itself and r: dr/dx_i = -r^3 x_i / C, so
 *   dx_i = r (g_i - n_i (1/C) sum_j g_j n_j): layer norm's without the mean.
 *   Source: Zhang and Sennrich 2019. */
#include "ops/ops.h"
#include "base/vector.h"

#include <string.h>

enum { ROWS = 32 }; /* in one thread's piece */

typedef struct {
    real *inverse; /* one a row */
    real epsilon;
} Saved;

WIDE static void rms_norm_rows(size_t begin, size_t end, void *context)
{
    Tensor *out = context;
    const Saved *saved = out->saved;
    const real *gain = out->parents[1]->data;
    size_t width = tensor_dim(out, -1);
    for (size_t row = begin; row < end; row++) {
        const real *x = out->parents[0]->data + row * width;
        real inverse = 1 / sqrt(loop_dot(x, x, width) / (real)width + saved->epsilon);
        for (size_t i = 0; i < width; i++)
            out->data[row * width + i] = gain[i] * (x[i] * inverse);
        saved->inverse[row] = inverse;
    }
}

/* As in layer_norm.c: blocks of rows, each with memory of its own. */
typedef struct {
    const Tensor *out;
    GradWrite dx;
    real *dgain; /* (blocks,C), the block's share */
    real *n, *g; /* (blocks,C), of the row at hand */
} Gradients;

/* n and g of one row, and what it adds to the block's dgain. */
static inline void add_row(size_t width, const real *restrict x, real inverse,
                           const real *restrict dy, const real *restrict gain, real *restrict n,
                           real *restrict g, real *restrict dgain)
{
    for (size_t i = 0; i < width; i++) {
        n[i] = x[i] * inverse;
        g[i] = dy[i] * gain[i];
        dgain[i] += dy[i] * n[i];
    }
}

WIDE static void rms_norm_gradients(size_t begin, size_t end, void *context)
{
    const Gradients s = *(const Gradients *)context;
    const Saved *saved = s.out->saved;
    const Tensor *x = s.out->parents[0], *gain = s.out->parents[1];
    size_t width = tensor_dim(x, -1), first = begin / ROWS * width;
    real *dgain = s.dgain + first, *n = s.n + first, *g = s.g + first;
    memset(dgain, 0, width * sizeof *dgain);
    for (size_t row = begin; row < end; row++) {
        size_t at = row * width;
        real inverse = saved->inverse[row];
        add_row(width, x->data + at, inverse, s.out->grad + at, gain->data, n, g, dgain);
        if (!x->wants_grad)
            continue;
        real mean_gn = loop_dot(g, n, width) / (real)width;
        for (size_t i = 0; i < width; i++)
            grad_put(s.dx, at + i, inverse * (g[i] - n[i] * mean_gn));
    }
}

static void rms_norm_backward(Tensor *out)
{
    Tensor *x = out->parents[0], *gain = out->parents[1];
    size_t width = tensor_dim(out, -1), rows = out->size / width, blocks = (rows + ROWS - 1) / ROWS;
    Gradients s = {.out = out,
                   .dgain = tape_alloc(blocks * width * sizeof(real)),
                   .n = tape_alloc(blocks * width * sizeof(real)),
                   .g = tape_alloc(blocks * width * sizeof(real))};
    if (x->wants_grad)
        s.dx = grad_write(x);
    parallel_for(rows, ROWS, rms_norm_gradients, &s);
    if (gain->wants_grad)
        broadcast_grad(gain, s.dgain, shape2(blocks, width));
}

Tensor *tensor_rms_norm(Tensor *x, Tensor *gain, real epsilon)
{
    if (x->shape.rank < 1 || tensor_dim(x, -1) == 0 ||
        !shape_equal(gain->shape, shape1(tensor_dim(x, -1))))
        shape_mismatch("tensor_rms_norm", x, gain, "x (...,C) and gain (C)");
    size_t width = tensor_dim(x, -1), rows = x->size / width;
    Tensor *out = tensor_result("rms_norm", x->shape, rms_norm_backward, 2, (Tensor *[]){x, gain});
    Saved *saved = tape_alloc(sizeof *saved);
    *saved = (Saved){tape_alloc(rows * sizeof(real)), epsilon};
    out->saved = saved;
    parallel_for(rows, ROWS, rms_norm_rows, out);
    return out;
}
