/* Exercise 06-elementwise/examination: y = sqrt((a - b)^2 + c^2) - c.
 *
 * Its header, with the contract, is exercises/06-elementwise/examination.h. Everything is yours:
 * derive, implement, verify. */
#include "examination.h"

Tensor *tensor_rounded_distance(Tensor *a, Tensor *b, real c)
{
    (void)b; /* these two lines only keep the compiler quiet */
    (void)c;
    /* your code here: this is a result that knows nothing of a and b */
    Tensor *out = tensor_new(a->shape);
    for (size_t i = 0; i < out->size; i++)
        out->data[i] = NAN;
    return out;
}
