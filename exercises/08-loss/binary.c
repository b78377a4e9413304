/* binary: the loss of a yes or no, from its score. Exercise 08-loss/binary.
 *
 * An operation that the library does not have. Its contract is exercises/08-loss/binary.h. What to
 * write: the loss, and the backward. */
#include "binary.h"

#include <string.h>

static void binary_backward(Tensor *out)
{
    (void)out;
    /* your code here: the labels are (const bool *)out->saved */
}

Tensor *tensor_binary_cross_entropy(Tensor *x, const bool *labels)
{
    Tensor *out = tensor_result("binary_cross_entropy", shape0(), binary_backward, 1, &x);
    bool *kept = tape_alloc(x->size * sizeof *kept);
    memcpy(kept, labels, x->size * sizeof *kept);
    out->saved = kept;
    out->data[0] = NAN; /* your code here */
    return out;
}
