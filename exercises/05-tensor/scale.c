/* scale: y = c x for a constant c. Chapter 05, "One operation, whole".
 *
 * What to write: the loop that fills out->data, and the backward. */
#include "ops/ops.h"

static void scale_backward(Tensor *out)
{
    (void)out;
    /* your code here */
}

Tensor *tensor_scale(Tensor *x, real by)
{
    Tensor *out = tensor_result("scale", x->shape, scale_backward, 1, &x);
    real *saved = tape_alloc(sizeof *saved);
    *saved = by;
    out->saved = saved;
    for (size_t i = 0; i < x->size; i++)
        out->data[i] = NAN; /* your code here */
    return out;
}
