/* Exercise 06-elementwise/softplus: y = log(1 + e^x) for each element, an operation that lib/ops/
 * does not have.
 *
 * Its header is exercises/06-elementwise/softplus.h. Write the whole operation: a static backward,
 * and tensor_softplus by the five moves of chapter 05. tensor_result records the backward. */
#include "softplus.h"

Tensor *tensor_softplus(Tensor *x)
{
    /* your code here: this is a result that knows nothing of x */
    Tensor *out = tensor_new(x->shape);
    for (size_t i = 0; i < x->size; i++)
        out->data[i] = NAN;
    return out;
}
