/* matmul: C = A B, with leading axes. Derived in chapter 07.
 *
 *   C_mn = sum_k A_mk B_kn. Only the row m of C depends on A_mk, through B_kn, so
 *   dA_mk = sum_n dC_mn B_kn, which is dA = dC B^T; in the same way dB = A^T dC.
 *   When B is one matrix for a whole batch, its gradient is the sum over the batch: all rows of A
 *   and dC are one long matrix. B (batch), M, K, N are the sizes in this file. */
#include "ops/ops.h"

typedef struct {
    size_t batch, m, k, n; /* batch is 1 when b is a single matrix */
} Sizes;

static Sizes sizes_of(const Tensor *a, const Tensor *b)
{
    int ra = a->shape.rank, rb = b->shape.rank;
    bool fits = ra >= 2 && rb >= 2 && tensor_dim(a, -1) == tensor_dim(b, -2);
    if (fits && rb > 2)
        for (int axis = 0; axis < rb - 2; axis++)
            fits = fits && ra == rb && a->shape.dim[axis] == b->shape.dim[axis];
    if (!fits)
        shape_mismatch("tensor_matmul", a, b, "(...,M,K) and (K,N) or (...,K,N)");
    Sizes s = {shape_product(a->shape, 0, ra - 2), tensor_dim(a, -2), tensor_dim(a, -1),
               tensor_dim(b, -1)};
    if (rb == 2) {
        s.m *= s.batch;
        s.batch = 1;
    }
    return s;
}

static void matmul_backward(Tensor *out)
{
    Tensor *a = out->parents[0], *b = out->parents[1];
    Sizes s = sizes_of(a, b);
    if (a->wants_grad) {
        GradWrite da = grad_write(a); /* dA = dC B^T */
        for (size_t i = 0; i < s.batch; i++)
            gemm(false, true, s.m, s.k, s.n, 1, out->grad + i * s.m * s.n, s.n,
                 b->data + i * s.k * s.n, s.n, da.add, da.at + i * s.m * s.k, s.k);
    }
    if (b->wants_grad) {
        GradWrite db = grad_write(b); /* dB = A^T dC */
        for (size_t i = 0; i < s.batch; i++)
            gemm(true, false, s.k, s.n, s.m, 1, a->data + i * s.m * s.k, s.k,
                 out->grad + i * s.m * s.n, s.n, db.add, db.at + i * s.k * s.n, s.n);
    }
}

Tensor *tensor_matmul(Tensor *a, Tensor *b)
{
    Sizes s = sizes_of(a, b);
    Shape shape = shape_with(a->shape, a->shape.rank - 1, s.n);
    Tensor *out = tensor_result("matmul", shape, matmul_backward, 2, (Tensor *[]){a, b});
    for (size_t i = 0; i < s.batch; i++)
        gemm(false, false, s.m, s.n, s.k, 1, a->data + i * s.m * s.k, s.k,
             b->data + i * s.k * s.n, s.n, false, out->data + i * s.m * s.n, s.n);
    return out;
}
