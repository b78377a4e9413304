/* silu: y = x / (1 + e^-x), element by element. Chapter 06, "silu".
 *
 * What to write: the loop that fills out->data, and the backward. */
#include "ops/ops.h"

static void silu_backward(Tensor *out)
{
    (void)out; /* only keeps the compiler quiet; take it out */
    /* your code here */
}

Tensor *tensor_silu(Tensor *x)
{
    Tensor *out = tensor_result("silu", x->shape, silu_backward, 1, &x);
    for (size_t i = 0; i < x->size; i++)
        out->data[i] = NAN; /* your code here */
    return out;
}
