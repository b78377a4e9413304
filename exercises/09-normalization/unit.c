/* Exercise 09-normalization/unit: every row brought to length 1. The examination of this chapter.
 *
 * Its header is exercises/09-normalization/unit.h. What to write: everything but the signatures. */
#include "unit.h"

static void unit_backward(Tensor *out)
{
    (void)out;
    /* your code here */
}

Tensor *tensor_unit(Tensor *x, real epsilon)
{
    Tensor *out = tensor_result("unit", x->shape, unit_backward, 1, &x);
    (void)epsilon;
    for (size_t i = 0; i < x->size; i++)
        out->data[i] = NAN; /* your code here */
    return out;
}
