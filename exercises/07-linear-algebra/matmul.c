/* matmul: C = A B, with leading axes. Chapter 07, "matmul" and "matmul with leading axes".
 *
 * What to write: the loops of multiply, add_da and add_db, each for one matrix. The rest, which
 * finds the sizes and goes over the batch, is given. */
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

/* c, a and b are one matrix each: (M,N), (M,K), (K,N). What c holds before is not to be read. */
static void multiply(Sizes s, const real *a, const real *b, real *c)
{
    (void)a, (void)b; /* only keeps the compiler quiet; take it out */
    for (size_t i = 0; i < s.m * s.n; i++)
        c[i] = NAN; /* your code here */
}

/* da_mk is put by grad_put(da, first + m * s.k + k, ...), once for each m and k. */
static void add_da(Sizes s, const real *dc, const real *b, GradWrite da, size_t first)
{
    (void)s, (void)dc, (void)b, (void)da, (void)first; /* take it out */
    /* your code here */
}

/* db_kn is put by grad_put(db, first + k * s.n + n, ...), once for each k and n. */
static void add_db(Sizes s, const real *a, const real *dc, GradWrite db, size_t first)
{
    (void)s, (void)a, (void)dc, (void)db, (void)first; /* take it out */
    /* your code here */
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
