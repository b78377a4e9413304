/* Exercise 09-normalization/batch: normalisation down the columns. Its header is
 * exercises/09-normalization/batch.h. What to write: the loops of both halves. */
#include "batch.h"

static void batch_norm_backward(Tensor *out)
{
    (void)out;
    /* your code here */
}

Tensor *tensor_batch_norm(Tensor *x, real epsilon)
{
    if (x->shape.rank != 2)
        shape_mismatch("tensor_batch_norm", x, NULL, "x (N,C)");
    Tensor *out = tensor_result("batch_norm", x->shape, batch_norm_backward, 1, &x);
    real *inverse = tape_alloc(x->shape.dim[1] * sizeof *inverse); /* for r of each column */
    out->saved = inverse;
    (void)epsilon;
    for (size_t i = 0; i < x->size; i++)
        out->data[i] = NAN; /* your code here */
    return out;
}
