/* tied_head: logits from the embedding's own table. Chapter 10, "Tied head".
 *
 * What to write: the loops that fill out->data in tensor_tied_head, and the backward. x is (...,C),
 * rows of C numbers; table is (V,C); the result has V numbers for each row of x. */
#include "ops/ops.h"

static void tied_head_backward(Tensor *out)
{
    (void)out;
    /* your code here: for x and for the table, each if it wants a gradient */
}

Tensor *tensor_tied_head(Tensor *x, Tensor *table)
{
    int rank = x->shape.rank;
    if (rank < 1 || table->shape.rank != 2 || tensor_dim(x, -1) != table->shape.dim[1])
        shape_mismatch("tensor_tied_head", x, table, "x (...,C) and table (V,C)");
    Tensor *out = tensor_result("tied_head", shape_with(x->shape, rank - 1, table->shape.dim[0]),
                                tied_head_backward, 2, (Tensor *[]){x, table});
    for (size_t i = 0; i < out->size; i++)
        out->data[i] = NAN; /* your code here */
    return out;
}
