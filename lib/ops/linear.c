/* linear: Y = X W + b, for every row of X whatever its leading axes. Derived in chapter 07.
 *
 *   With all leading axes flattened into N rows, X (N,I), W (I,O), b (O), Y (N,O):
 *   dX = dY W^T, dW = X^T dY, db_o = sum_n dY_no. Weights are stored (in, out), as GPT-2's are. */
#include "ops/ops.h"
#include "base/vector.h"

/* Columns in one thread's piece of the bias gradient. */
enum { COLUMNS = 64 };

typedef struct {
    const real *dy;
    size_t rows, width;
    GradWrite db;
} BiasGradient;

/* Each column is summed from the first row to the last, whichever thread does it. */
WIDE static void sum_columns(size_t begin, size_t end, void *context)
{
    const BiasGradient *g = context;
    real sum[COLUMNS] = {0};
    for (size_t row = 0; row < g->rows; row++)
        for (size_t o = begin; o < end; o++)
            sum[o - begin] += g->dy[row * g->width + o];
    for (size_t o = begin; o < end; o++)
        grad_put(g->db, o, sum[o - begin]);
}

static void linear_backward(Tensor *out)
{
    Tensor *x = out->parents[0], *weight = out->parents[1];
    size_t in = weight->shape.dim[0], width = weight->shape.dim[1];
    size_t rows = shape_product(x->shape, 0, x->shape.rank - 1);
    if (x->wants_grad) {
        GradWrite dx = grad_write(x); /* dX = dY W^T */
        gemm(false, true, rows, in, width, 1, out->grad, width, weight->data, width, dx.add, dx.at,
             in);
    }
    if (weight->wants_grad) {
        GradWrite dw = grad_write(weight); /* dW = X^T dY */
        gemm(true, false, in, width, rows, 1, x->data, in, out->grad, width, dw.add, dw.at, width);
    }
    if (out->n_parents == 3 && out->parents[2]->wants_grad) {
        BiasGradient g = {out->grad, rows, width, grad_write(out->parents[2])};
        parallel_for(width, COLUMNS, sum_columns, &g);
    }
}

Tensor *tensor_linear(Tensor *x, Tensor *weight, Tensor *bias)
{
    int rank = x->shape.rank;
    if (rank < 1 || weight->shape.rank != 2 || tensor_dim(x, -1) != weight->shape.dim[0])
        shape_mismatch("tensor_linear", x, weight, "x (...,I) and weight (I,O)");
    size_t in = weight->shape.dim[0], width = weight->shape.dim[1];
    if (bias != NULL && (bias->shape.rank != 1 || bias->shape.dim[0] != width))
        shape_mismatch("tensor_linear", weight, bias, "weight (I,O) and bias (O)");
    Tensor *out = tensor_result("linear", shape_with(x->shape, rank - 1, width), linear_backward,
                                bias == NULL ? 2 : 3, (Tensor *[]){x, weight, bias});
    gemm_bias(shape_product(x->shape, 0, rank - 1), width, in, x->data, in, weight->data, width,
              bias == NULL ? NULL : bias->data, out->data, width);
    return out;
}
