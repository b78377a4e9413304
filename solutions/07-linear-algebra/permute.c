/* permute: axes in another order. Chapter 07, "permute".
 *
 * A worked answer. Axis a of the result runs along axis axes[a] of x. One step along it moves,
 * in x's memory, by the product of x's lengths behind that axis. So with the steps known, one
 * walk over the result says for each of its elements where in x it came from: forward reads
 * there, backward adds there, and nobody has to think of the inverse. */
#include "ops/ops.h"

/* For each axis of the result its length, and the step it makes in x; ranks below 4 are filled
 * up in front with axes of length 1. */
typedef struct {
    size_t dim[RANK_MAX], step[RANK_MAX];
} Walk;

static Walk walk_of(const Tensor *x, const int *axes)
{
    Walk walk = {{1, 1, 1, 1}, {0, 0, 0, 0}};
    int rank = x->shape.rank, front = RANK_MAX - rank;
    for (int a = 0; a < rank; a++) {
        walk.dim[front + a] = x->shape.dim[axes[a]];
        walk.step[front + a] = shape_product(x->shape, axes[a] + 1, rank);
    }
    return walk;
}

static void permute_backward(Tensor *out)
{
    const Walk *w = out->saved;
    GradWrite dx = grad_write(out->parents[0]);
    size_t i = 0;
    for (size_t a = 0; a < w->dim[0]; a++)
        for (size_t b = 0; b < w->dim[1]; b++)
            for (size_t c = 0; c < w->dim[2]; c++)
                for (size_t d = 0; d < w->dim[3]; d++) {
                    size_t to = a * w->step[0] + b * w->step[1] + c * w->step[2] + d * w->step[3];
                    grad_put(dx, to, out->grad[i]);
                    i++;
                }
}

static void permute_forward(Tensor *out)
{
    const Walk *w = out->saved;
    const Tensor *x = out->parents[0];
    size_t i = 0;
    for (size_t a = 0; a < w->dim[0]; a++)
        for (size_t b = 0; b < w->dim[1]; b++)
            for (size_t c = 0; c < w->dim[2]; c++)
                for (size_t d = 0; d < w->dim[3]; d++, i++)
                    out->data[i] = x->data[a * w->step[0] + b * w->step[1] + c * w->step[2] +
                                           d * w->step[3]];
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
    permute_forward(out);
    return out;
}
