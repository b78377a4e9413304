/* permute: axes in another order. Chapter 07, "permute".
 *
 * What to write: the steps in walk_of, and the walk over the result, forward and backward. */
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
        walk.step[front + a] = 0; /* your code here: shape_product(shape, begin, end) may help */
    }
    return walk;
}

static void permute_backward(Tensor *out)
{
    (void)out;
    /* your code here: the walk is *(const Walk *)out->saved */
}

static void permute_forward(Tensor *out)
{
    for (size_t i = 0; i < out->size; i++)
        out->data[i] = NAN; /* your code here: x is out->parents[0] */
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
