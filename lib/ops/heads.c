/* heads: a width split into heads, and merged again. Derived in chapter 12.
 *
 *   split_heads: (B,T,C) to (B,H,T,D), C = H D; y[b,h,t,d] = x[b,t,h D + d]. merge_heads undoes it.
 *   Both only move elements, so each one's backward is the other's move. */
#include "ops/ops.h"

/* Where element (b,t,h,d) of (B,T,H,D) stands in (B,H,T,D). */
static size_t split_place(size_t b, size_t t, size_t h, size_t d, size_t heads, size_t steps,
                          size_t depth)
{
    return ((b * heads + h) * steps + t) * depth + d;
}

/* Puts `from` into `to`: from merged to split order when `split`, else the other way. */
static void move(bool split, const real *from, GradWrite to, Shape merged, size_t heads)
{
    size_t steps = merged.dim[1], depth = merged.dim[2] / heads, i = 0;
    for (size_t b = 0; b < merged.dim[0]; b++)
        for (size_t t = 0; t < steps; t++)
            for (size_t h = 0; h < heads; h++)
                for (size_t d = 0; d < depth; d++, i++) {
                    size_t place = split_place(b, t, h, d, heads, steps, depth);
                    grad_put(to, split ? place : i, from[split ? i : place]);
                }
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
