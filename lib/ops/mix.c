/* mix: O = P V, each output a mixture of values. Derived in chapter 12.
 *
 *   O_td = sum_s P_ts V_sd, so dP = dO V^T and dV = P^T dO: a key that many queries looked at gets
 *   its value's gradient from all of them. T queries, S keys, D depth, N matrices. */
#include "ops/ops.h"

typedef struct {
    size_t n, t, s, d;
} Sizes;

static Sizes sizes_of(const Tensor *p, const Tensor *v)
{
    int rank = p->shape.rank;
    bool fits = rank >= 2 && rank == v->shape.rank && tensor_dim(p, -1) == tensor_dim(v, -2);
    for (int axis = 0; fits && axis < rank - 2; axis++)
        fits = p->shape.dim[axis] == v->shape.dim[axis];
    if (!fits)
        shape_mismatch("tensor_mix", p, v, "probabilities (...,T,S) and values (...,S,D)");
    return (Sizes){shape_product(p->shape, 0, rank - 2), tensor_dim(p, -2), tensor_dim(p, -1),
                   tensor_dim(v, -1)};
}

static void mix_backward(Tensor *out)
{
    Tensor *p = out->parents[0], *v = out->parents[1];
    Sizes z = sizes_of(p, v);
    if (p->wants_grad) {
        GradWrite dp = grad_write(p); /* dP = dO V^T */
        for (size_t i = 0; i < z.n; i++)
            gemm(false, true, z.t, z.s, z.d, 1, out->grad + i * z.t * z.d, z.d,
                 v->data + i * z.s * z.d, z.d, dp.add, dp.at + i * z.t * z.s, z.s);
    }
    if (v->wants_grad) {
        GradWrite dv = grad_write(v); /* dV = P^T dO */
        for (size_t i = 0; i < z.n; i++)
            gemm(true, false, z.s, z.d, z.t, 1, p->data + i * z.t * z.s, z.s,
                 out->grad + i * z.t * z.d, z.d, dv.add, dv.at + i * z.s * z.d, z.d);
    }
}

Tensor *tensor_mix(Tensor *p, Tensor *values)
{
    Sizes z = sizes_of(p, values);
    Shape shape = shape_with(p->shape, p->shape.rank - 1, z.d);
    Tensor *out = tensor_result("mix", shape, mix_backward, 2, (Tensor *[]){p, values});
    for (size_t i = 0; i < z.n; i++)
        gemm(false, false, z.t, z.d, z.s, 1, p->data + i * z.t * z.s, z.s,
             values->data + i * z.s * z.d, z.d, false, out->data + i * z.t * z.d, z.d);
    return out;
}
