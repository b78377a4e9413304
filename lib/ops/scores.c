/* scores: S = Q K^T / sqrt(D), how well each query fits each key. Derived in chapter 12.
 *
 *   S_ts = (1/sqrt(D)) sum_d Q_td K_sd, so dQ = dS K / sqrt(D) and dK = dS^T Q / sqrt(D). The scale
 *   keeps the variance of S near 1 when Q and K have variance 1: a sum of D products has variance D.
 *   Source: Vaswani et al. 2017. T queries, S keys, D depth, N matrices. */
#include "ops/ops.h"

typedef struct {
    size_t n, t, s, d;
} Sizes;

static Sizes sizes_of(const Tensor *q, const Tensor *k)
{
    int rank = q->shape.rank;
    bool fits = rank >= 2 && rank == k->shape.rank && tensor_dim(q, -1) == tensor_dim(k, -1);
    for (int axis = 0; fits && axis < rank - 2; axis++)
        fits = q->shape.dim[axis] == k->shape.dim[axis];
    if (!fits)
        shape_mismatch("tensor_scores", q, k, "queries (...,T,D) and keys (...,S,D)");
    return (Sizes){shape_product(q->shape, 0, rank - 2), tensor_dim(q, -2), tensor_dim(k, -2),
                   tensor_dim(q, -1)};
}

static void scores_backward(Tensor *out)
{
    Tensor *q = out->parents[0], *k = out->parents[1];
    Sizes z = sizes_of(q, k);
    real scale = 1 / sqrt((real)z.d);
    if (q->wants_grad) {
        GradWrite dq = grad_write(q); /* dQ = dS K / sqrt(D) */
        for (size_t i = 0; i < z.n; i++)
            gemm(false, false, z.t, z.d, z.s, scale, out->grad + i * z.t * z.s, z.s,
                 k->data + i * z.s * z.d, z.d, dq.add, dq.at + i * z.t * z.d, z.d);
    }
    if (k->wants_grad) {
        GradWrite dk = grad_write(k); /* dK = dS^T Q / sqrt(D) */
        for (size_t i = 0; i < z.n; i++)
            gemm(true, false, z.s, z.d, z.t, scale, out->grad + i * z.t * z.s, z.s,
                 q->data + i * z.t * z.d, z.d, dk.add, dk.at + i * z.s * z.d, z.d);
    }
}

Tensor *tensor_scores(Tensor *queries, Tensor *keys)
{
    Sizes z = sizes_of(queries, keys);
    real scale = 1 / sqrt((real)z.d);
    Shape shape = shape_with(queries->shape, queries->shape.rank - 1, z.s);
    Tensor *out = tensor_result("scores", shape, scores_backward, 2, (Tensor *[]){queries, keys});
    for (size_t i = 0; i < z.n; i++)
        gemm(false, true, z.t, z.s, z.d, scale, queries->data + i * z.t * z.d, z.d,
             keys->data + i * z.s * z.d, z.d, false, out->data + i * z.t * z.s, z.s);
    return out;
}
