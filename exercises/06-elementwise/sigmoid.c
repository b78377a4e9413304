/* sigmoid: y = 1 / (1 + e^-x), element by element. Chapter 06, "sigmoid".
 *
 * What to write: the loop that fills out->data, and the backward, which reads nothing but the
 * result and what came from above. */
#include "ops/ops.h"

static void sigmoid_backward(Tensor *out)
{
    (void)out; /* only keeps the compiler quiet; take it out */
    /* your code here */
}

Tensor *tensor_sigmoid(Tensor *x)
{
    Tensor *out = tensor_result("sigmoid", x->shape, sigmoid_backward, 1, &x);
    for (size_t i = 0; i < x->size; i++)
        out->data[i] = NAN; /* your code here */
    return out;
}
