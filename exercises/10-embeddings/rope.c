/* rope: rotary positions. Chapter 10, "Rotary positions".
 *
 * What to write: the loops that fill out->data in tensor_rope, and the backward. x is (...,T,D):
 * rows of D numbers, T of them in each matrix, and matrices for everything before. */
#include "ops/ops.h"

static void rope_backward(Tensor *out)
{
    (void)out;
    /* your code here */
}

Tensor *tensor_rope(Tensor *x)
{
    if (x->shape.rank < 2 || tensor_dim(x, -1) % 2 != 0 || tensor_dim(x, -1) == 0)
        shape_mismatch("tensor_rope", x, NULL, "x (...,T,D) with an even D");
    Tensor *out = tensor_result("rope", x->shape, rope_backward, 1, &x);
    for (size_t i = 0; i < x->size; i++)
        out->data[i] = NAN; /* your code here */
    return out;
}
