/* rms_norm: y = gain x / sqrt(mean(x^2) + epsilon) over the last axis. Chapter 09, "RMS norm".
 *
 * What to write: the loop over the rows in tensor_rms_norm, and the backward. */
#include "ops/ops.h"

static void rms_norm_backward(Tensor *out)
{
    (void)out;
    /* your code here: for x and gain, each if it wants a gradient */
}

Tensor *tensor_rms_norm(Tensor *x, Tensor *gain, real epsilon)
{
    if (x->shape.rank < 1 || tensor_dim(x, -1) == 0 ||
        !shape_equal(gain->shape, shape1(tensor_dim(x, -1))))
        shape_mismatch("tensor_rms_norm", x, gain, "x (...,C) and gain (C)");
    size_t width = tensor_dim(x, -1), rows = x->size / width;
    Tensor *out = tensor_result("rms_norm", x->shape, rms_norm_backward, 2, (Tensor *[]){x, gain});
    real *inverse = tape_alloc(rows * sizeof *inverse); /* for r of each row */
    out->saved = inverse;
    (void)epsilon;
    for (size_t i = 0; i < x->size; i++)
        out->data[i] = NAN; /* your code here, row by row */
    return out;
}
