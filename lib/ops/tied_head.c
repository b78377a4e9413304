/* tied_head: logits from the embedding's own table. Derived in chapter 10.
 *
 *   y[n, v] = sum_c x[n, c] table[v, c], which is Y = X E^T, so dX = dY E and dE = dY^T X. The same
 *   table also got a gradient where it embedded the ids: two gradients meet in one buffer, which is
 *   why every backward adds. */
#include "ops/ops.h"

static void tied_head_backward(Tensor *out)
{
    Tensor *x = out->parents[0], *table = out->parents[1];
    size_t vocabulary = table->shape.dim[0], width = table->shape.dim[1];
    size_t rows = shape_product(x->shape, 0, x->shape.rank - 1);
    if (x->wants_grad) {
        GradWrite dx = grad_write(x); /* dX = dY E */
        gemm(false, false, rows, width, vocabulary, 1, out->grad, vocabulary, table->data, width,
             dx.add, dx.at, width);
    }
    if (table->wants_grad) {
        GradWrite de = grad_write(table); /* dE = dY^T X */
        gemm(true, false, vocabulary, width, rows, 1, out->grad, vocabulary, x->data, width, de.add,
             de.at, width);
    }
}

Tensor *tensor_tied_head(Tensor *x, Tensor *table)
{
    int rank = x->shape.rank;
    if (rank < 1 || table->shape.rank != 2 || tensor_dim(x, -1) != table->shape.dim[1])
        shape_mismatch("tensor_tied_head", x, table, "x (...,C) and table (V,C)");
    size_t vocabulary = table->shape.dim[0], width = table->shape.dim[1];
    Tensor *out = tensor_result("tied_head", shape_with(x->shape, rank - 1, vocabulary),
                                tied_head_backward, 2, (Tensor *[]){x, table});
    gemm(false, true, shape_product(x->shape, 0, rank - 1), vocabulary, width, 1, x->data, width,
         table->data, width, false, out->data, vocabulary);
    return out;
}
