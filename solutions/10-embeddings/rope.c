/* rope: rotary positions. Chapter 10, "Rotary positions".
 *
 * A worked answer: one loop over pairs for both directions. */
#include "ops/ops.h"

/* The angle of the pair that begins at place `at`. Rows are counted on through all matrices, so the
 * position in its own matrix is the remainder by T. In double, whatever `real` is. */
static double angle_of(const Tensor *x, size_t at)
{
    size_t width = tensor_dim(x, -1), position = at / width % tensor_dim(x, -2);
    return (double)position * pow(10000.0, -(double)(at % width) / (double)width);
}

/* The results of a pair are (x0 c - x1 s, x0 s + x1 c). x0 stands in the first with c and in the
 * second with s, x1 with -s and c: reading down the columns, where the forward reads along the
 * rows. That is the turn by the other sign. */
static void rope_backward(Tensor *out)
{
    GradWrite dx = grad_write(out->parents[0]);
    for (size_t at = 0; at < out->size; at += 2) {
        const real *dy = out->grad + at;
        real c = (real)cos(angle_of(out, at)), s = (real)sin(angle_of(out, at));
        grad_put(dx, at, dy[0] * c + dy[1] * s);
        grad_put(dx, at + 1, dy[1] * c - dy[0] * s);
    }
}

Tensor *tensor_rope(Tensor *x)
{
    if (x->shape.rank < 2 || tensor_dim(x, -1) % 2 != 0 || tensor_dim(x, -1) == 0)
        shape_mismatch("tensor_rope", x, NULL, "x (...,T,D) with an even D");
    Tensor *out = tensor_result("rope", x->shape, rope_backward, 1, &x);
    for (size_t at = 0; at < x->size; at += 2) {
        const real *pair = x->data + at;
        real c = (real)cos(angle_of(x, at)), s = (real)sin(angle_of(x, at));
        out->data[at] = pair[0] * c - pair[1] * s;
        out->data[at + 1] = pair[0] * s + pair[1] * c;
    }
    return out;
}
