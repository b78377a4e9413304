/* attention: causal self-attention from packed queries, keys and values, in one op. Chapter 12.
 *
 *   For each sequence b and head h, with Q, K, V (T,D) standing in qkv at columns h D, C + h D and
 *   2C + h D: S = Q K^T / sqrt(D), P = softmax of each row over the keys s <= t, O = P V. Backward:
 *     dV = P^T dO, dP = dO V^T, dS_ts = P_ts (dP_ts - sum_u dP_tu P_tu),
 *     dQ = dS K / sqrt(D), dK = dS^T Q / sqrt(D).
 *   It equals split_heads, scores, mask, softmax, mix and merge_heads in a row; a test holds the two
 *   together. Heads are independent: each is one thread's piece. */
#include "ops/ops.h"
#include "base/vector.h"

#include <string.h>

typedef struct {
    size_t t, c, heads, depth;
    real scale;
    real *p; /* (B,H,T,T) */
} Saved;

static Saved *saved_of(const Tensor *qkv, size_t heads)
{
    size_t b = qkv->shape.dim[0], t = qkv->shape.dim[1], c = qkv->shape.dim[2] / 3;
    Saved *saved = tape_alloc(sizeof *saved);
    *saved = (Saved){t, c, heads, c / heads, 1 / sqrt((real)(c / heads)),
                     tape_alloc(b * heads * t * t * sizeof(real))};
    return saved;
}

static void forward_heads(size_t begin, size_t end, void *context)
{
    Tensor *out = context;
    const Saved *z = out->saved;
    size_t row = 3 * z->c;
    for (size_t i = begin; i < end; i++) {
        size_t b = i / z->heads, h = i % z->heads;
        const real *q = out->parents[0]->data + b * z->t * row + h * z->depth;
        const real *k = q + z->c, *v = q + 2 * z->c;
        real *p = z->p + i * z->t * z->t;
        gemm(false, true, z->t, z->t, z->depth, z->scale, q, row, k, row, false, p, z->t);
        for (size_t t = 0; t < z->t; t++) {
            softmax_row(p + t * z->t, p + t * z->t, t + 1);
            memset(p + t * z->t + t + 1, 0, (z->t - t - 1) * sizeof *p);
        }
        gemm(false, false, z->t, z->depth, z->t, 1, p, z->t, v, row, false,
             out->data + b * z->t * z->c + h * z->depth, z->c);
    }
}

typedef struct {
    const Tensor *out;
    GradWrite dqkv;
    real *ds; /* (B,H,T,T) */
} Gradients;

/* In place: dP becomes dS, row by row. */
WIDE static void softmax_gradient(const real *p, real *ds, size_t steps)
{
    for (size_t t = 0; t < steps; t++, p += steps, ds += steps) {
        size_t seen = t + 1; /* keys */
        real mean = loop_dot(ds, p, seen); /* sum_u dP_tu P_tu */
        memset(ds + seen, 0, (steps - seen) * sizeof *ds);
        for (size_t s = 0; s < seen; s++)
            ds[s] = p[s] * (ds[s] - mean);
    }
}

static void backward_heads(size_t begin, size_t end, void *context)
{
    const Gradients *g = context;
    const Saved *z = g->out->saved;
    size_t row = 3 * z->c;
    for (size_t i = begin; i < end; i++) {
        size_t first = i / z->heads * z->t * row + i % z->heads * z->depth;
        const real *q = g->out->parents[0]->data + first, *k = q + z->c, *v = q + 2 * z->c;
        real *dq = g->dqkv.at + first, *dk = dq + z->c, *dv = dq + 2 * z->c;
        const real *go = g->out->grad + i / z->heads * z->t * z->c + i % z->heads * z->depth;
        const real *p = z->p + i * z->t * z->t;
        real *ds = g->ds + i * z->t * z->t;
        gemm(true, false, z->t, z->depth, z->t, 1, p, z->t, go, z->c, g->dqkv.add, dv, row);
        gemm(false, true, z->t, z->t, z->depth, 1, go, z->c, v, row, false, ds, z->t);
        softmax_gradient(p, ds, z->t);
        gemm(false, false, z->t, z->depth, z->t, z->scale, ds, z->t, k, row, g->dqkv.add, dq, row);
        gemm(true, false, z->t, z->depth, z->t, z->scale, ds, z->t, q, row, g->dqkv.add, dk, row);
    }
}

static void attention_backward(Tensor *out)
{
    const Saved *z = out->saved;
    size_t count = out->shape.dim[0] * z->heads;
    Gradients g = {out, grad_write(out->parents[0]),
                   tape_alloc(count * z->t * z->t * sizeof(real))};
    parallel_for(count, 1, backward_heads, &g);
}

Tensor *tensor_attention(Tensor *qkv, size_t heads)
{
    if (qkv->shape.rank != 3 || heads == 0 || qkv->shape.dim[2] % (3 * heads) != 0)
        broken_contract("tensor_attention: expected qkv (B,T,3C) with C divisible by %zu heads, "
                        "found %s", heads, shape_text(qkv->shape));
    Shape shape = shape_with(qkv->shape, 2, qkv->shape.dim[2] / 3);
    Tensor *out = tensor_result("attention", shape, attention_backward, 1, &qkv);
    out->saved = saved_of(qkv, heads);
    parallel_for(shape.dim[0] * heads, 1, forward_heads, out);
    return out;
}
