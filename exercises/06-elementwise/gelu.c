/* gelu: y = x Phi(x), element by element, the exact form. Chapter 06, "gelu".
 *
 * What to write: the loop that fills out->data, and the backward. C's erf gives Phi. A function of
 * your own for what both halves need is welcome; make it static. */
#include "ops/ops.h"

static void gelu_backward(Tensor *out)
{
    (void)out; /* only keeps the compiler quiet; take it out */
    /* your code here */
}

Tensor *tensor_gelu(Tensor *x)
{
    Tensor *out = tensor_result("gelu", x->shape, gelu_backward, 1, &x);
    for (size_t i = 0; i < x->size; i++)
        out->data[i] = NAN; /* your code here */
    return out;
}
