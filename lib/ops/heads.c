/* heads: a width split into heads, and merged again. Derived in chapter 12.
 *
 *   split_heads: (B,T,C) to (B,H,T,D), C = H D; y[b,h,t,d] = x[b,t,h D + d]. merge_heads undoes it.
 *   Both only move elements, so each one's backward is the other's move. */
#include "ops/ops.h"
#include "base/vector.h"

typedef struct {
    bool split;         /* from merged to split order, else the other way */
    const real *from;
    GradWrite to;
    size_t heads, steps, depth;
} Move;

/* Row (b,t,h) of (B,T,H,D) is row (b,h,t) of (B,H,T,D). */
WIDE static void heads_move_rows(size_t begin, size_t end, void *context)
{
    const Move m = *(const Move *)context;
    for (size_t merged = begin; merged < end; merged++) {
        size_t h = merged % m.heads, t = merged / m.heads % m.steps, b = merged / m.heads / m.steps;
        size_t split = (b * m.heads + h) * m.steps + t;
        size_t to = (m.split ? split : merged) * m.depth;
        size_t from = (m.split ? merged : split) * m.depth;
        for (size_t d = 0; d < m.depth; d++)
            grad_put(m.to, to + d, m.from[from + d]);
    }
}

static void move(bool split, const real *from, GradWrite to, Shape merged, size_t heads)
{
    Move m = {split, from, to, heads, merged.dim[1], merged.dim[2] / heads};
    parallel_for(merged.dim[0] * m.steps * heads, loop_grain(m.depth), heads_move_rows, &m);
}

static void split_heads_backward(Tensor *out)
{
    Tensor *x = out->parents[0];
    move(false, out->grad, grad_write(x), x->shape, out->shape.dim[1]);
}

Tensor *tensor_split_heads(Tensor *x, size_t heads)
{
    if (x->shape.rank != 3 || heads == 0 || x->shape.dim[2] % heads != 0)
        broken_contract("tensor_split_heads: expected (B,T,C) with C divisible by %zu heads, found "
                        "%s", heads, shape_text(x->shape));
    const size_t *dim = x->shape.dim;
    Tensor *out = tensor_result("split_heads", shape4(dim[0], heads, dim[1], dim[2] / heads),
                                split_heads_backward, 1, &x);
    move(true, x->data, (GradWrite){out->data, false}, x->shape, heads);
    return out;
}

static void merge_heads_backward(Tensor *out)
{
    Tensor *x = out->parents[0];
    move(true, out->grad, grad_write(x), out->shape, x->shape.dim[1]);
}

Tensor *tensor_merge_heads(Tensor *x)
{
    if (x->shape.rank != 4)
        shape_mismatch("tensor_merge_heads", x, NULL, "(B,H,T,D)");
    const size_t *dim = x->shape.dim;
    Tensor *out = tensor_result("merge_heads", shape3(dim[0], dim[2], dim[1] * dim[3]),
                                merge_heads_backward, 1, &x);
    move(false, x->data, (GradWrite){out->data, false}, out->shape, dim[1]);
    return out;
}
