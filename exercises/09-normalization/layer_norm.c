/* layer_norm: y = gain (x - mean) / sqrt(variance + epsilon) + bias over the last axis. Chapter 09,
 * "Layer norm".
 *
 * What to write: the loop over the rows in tensor_layer_norm, and the backward. Given are the
 * contract and what the backward will want: n, every normalised number, and r, one for each row. */
#include "ops/ops.h"

typedef struct {
    real *n;       /* (rows,C) */
    real *inverse; /* (rows): r = 1 / sqrt(variance + epsilon) */
} Saved;

static void layer_norm_backward(Tensor *out)
{
    (void)out;
    /* your code here: for x, gain and bias, each if it wants a gradient */
}

Tensor *tensor_layer_norm(Tensor *x, Tensor *gain, Tensor *bias, real epsilon)
{
    if (x->shape.rank < 1 || tensor_dim(x, -1) == 0)
        shape_mismatch("tensor_layer_norm", x, NULL, "x (...,C)");
    size_t width = tensor_dim(x, -1), rows = x->size / width;
    if (!shape_equal(gain->shape, shape1(width)))
        shape_mismatch("tensor_layer_norm", x, gain, "x (...,C) and gain (C)");
    if (!shape_equal(bias->shape, shape1(width)))
        shape_mismatch("tensor_layer_norm", x, bias, "x (...,C) and bias (C)");
    Tensor *out =
        tensor_result("layer_norm", x->shape, layer_norm_backward, 3, (Tensor *[]){x, gain, bias});
    Saved *saved = tape_alloc(sizeof *saved);
    *saved = (Saved){tape_alloc(x->size * sizeof(real)), tape_alloc(rows * sizeof(real))};
    out->saved = saved;
    (void)epsilon;
    for (size_t i = 0; i < x->size; i++)
        out->data[i] = NAN; /* your code here, row by row */
    return out;
}
