/* matmul: C = A B, with leading axes. Chapter 07, "matmul" and "matmul with leading axes".
 *
 * A worked answer. Three loops, three times. Each line is one element of a result with all its
 * letters, and the letter that is summed over stands innermost or is the middle one. */
#include "ops/ops.h"

typedef struct {
    size_t batch, m, k, n; /* batch is 1 when b is a single matrix: then all rows of a are m */
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

/* c_mn = sum over k of a_mk b_kn. The row of c begins as zeros, for its memory holds anything;
 * then each k adds its row of b, a_mk times. In this order all three arrays are read along their
 * rows. */
static void multiply(Sizes s, const real *a, const real *b, real *c)
{
    for (size_t m = 0; m < s.m; m++) {
        for (size_t n = 0; n < s.n; n++)
            c[m * s.n + n] = 0;
        for (size_t k = 0; k < s.k; k++)
            for (size_t n = 0; n < s.n; n++)
                c[m * s.n + n] += a[m * s.k + k] * b[k * s.n + n];
    }
}

/* da_mk = sum over n of dc_mn b_kn: a_mk takes part in the whole row m of c. */
static void add_da(Sizes s, const real *dc, const real *b, GradWrite da, size_t first)
{
    for (size_t m = 0; m < s.m; m++)
        for (size_t k = 0; k < s.k; k++) {
            real sum = 0;
            for (size_t n = 0; n < s.n; n++)
                sum += dc[m * s.n + n] * b[k * s.n + n];
            grad_put(da, first + m * s.k + k, sum);
        }
}

/* db_kn = sum over m of a_mk dc_mn: b_kn takes part in the whole column n of c. Where one b
 * serves a batch, m runs over the rows of the whole batch, and this sum is the sum over the
 * batch too. */
static void add_db(Sizes s, const real *a, const real *dc, GradWrite db, size_t first)
{
    for (size_t k = 0; k < s.k; k++)
        for (size_t n = 0; n < s.n; n++) {
            real total = 0;
            for (size_t m = 0; m < s.m; m++)
                total += a[m * s.k + k] * dc[m * s.n + n];
            grad_put(db, first + k * s.n + n, total);
        }
}

/* One grad_write for each operand, however many matrices it has. */
static void matmul_backward(Tensor *out)
{
    Tensor *a = out->parents[0], *b = out->parents[1];
    Sizes s = sizes_of(a, b);
    if (a->wants_grad) {
        GradWrite da = grad_write(a);
        for (size_t i = 0; i < s.batch; i++)
            add_da(s, out->grad + i * s.m * s.n, b->data + i * s.k * s.n, da, i * s.m * s.k);
    }
    if (b->wants_grad) {
        GradWrite db = grad_write(b);
        for (size_t i = 0; i < s.batch; i++)
            add_db(s, a->data + i * s.m * s.k, out->grad + i * s.m * s.n, db, i * s.k * s.n);
    }
}

Tensor *tensor_matmul(Tensor *a, Tensor *b)
{
    Sizes s = sizes_of(a, b);
    Shape shape = shape_with(a->shape, a->shape.rank - 1, s.n);
    Tensor *out = tensor_result("matmul", shape, matmul_backward, 2, (Tensor *[]){a, b});
    for (size_t i = 0; i < s.batch; i++)
        multiply(s, a->data + i * s.m * s.k, b->data + i * s.k * s.n, out->data + i * s.m * s.n);
    return out;
}
