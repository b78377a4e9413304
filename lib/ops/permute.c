/* permute: axes in another order. Derived in chapter 07.
 *
 *   y[i_0, i_1, ...] = x[...], where axis a of y runs along axis axes[a] of x. Elements move; the
 *   gradient moves back. Transposing, and splitting attention into heads, are permutations. */
#include "ops/ops.h"

/* For each axis of the result, the step it makes in x; missing axes have dimension 1. */
typedef struct {
    size_t dim[RANK_MAX], step[RANK_MAX];
} Walk;

static Walk walk_of(const Tensor *x, const int *axes)
{
    Walk walk = {{1, 1, 1, 1}, {0, 0, 0, 0}};
    int rank = x->shape.rank, pad = RANK_MAX - rank;
    for (int a = 0; a < rank; a++) {
        walk.dim[pad + a] = x->shape.dim[axes[a]];
        walk.step[pad + a] = shape_product(x->shape, axes[a] + 1, rank);
    }
    return walk;
}

static size_t source_of(const Walk *w, size_t a, size_t b, size_t c, size_t d)
{
    return a * w->step[0] + b * w->step[1] + c * w->step[2] + d * w->step[3];
}

static void permute_backward(Tensor *out)
{
    const Walk *w = out->saved;
    GradWrite dx = grad_write(out->parents[0]);
    size_t i = 0;
    for (size_t a = 0; a < w->dim[0]; a++)
        for (size_t b = 0; b < w->dim[1]; b++)
            for (size_t c = 0; c < w->dim[2]; c++)
                for (size_t d = 0; d < w->dim[3]; d++)
                    grad_put(dx, source_of(w, a, b, c, d), out->grad[i++]);
}

Tensor *tensor_permute(Tensor *x, const int *axes)
{
    Shape shape = x->shape;
    bool seen[RANK_MAX] = {false};
    for (int a = 0; a < shape.rank; a++) {
        int axis = axis_of("tensor_permute", x, axes[a]);
        require(axis == axes[a] && !seen[axis],
                "tensor_permute: expected each axis of %s once, counted from 0",
                shape_text(x->shape));
        seen[axis] = true;
        shape.dim[a] = x->shape.dim[axis];
    }
    Tensor *out = tensor_result("permute", shape, permute_backward, 1, &x);
    Walk *w = tape_alloc(sizeof *w);
    *w = walk_of(x, axes);
    out->saved = w;
    size_t i = 0;
    for (size_t a = 0; a < w->dim[0]; a++)
        for (size_t b = 0; b < w->dim[1]; b++)
            for (size_t c = 0; c < w->dim[2]; c++)
                for (size_t d = 0; d < w->dim[3]; d++)
                    out->data[i++] = x->data[source_of(w, a, b, c, d)];
    return out;
}
