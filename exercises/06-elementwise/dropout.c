/* dropout: y = x kept / (1 - rate) for a given mask. Chapter 06, "dropout".
 *
 * What to write: tensor_dropout from tensor_result on, and the backward. What the backward needs
 * besides out->parents[0] goes into memory of the tape (tape_alloc), and its address into
 * out->saved. The drawing of masks is given. */
#include "ops/ops.h"

static void dropout_backward(Tensor *out)
{
    (void)out; /* only keeps the compiler quiet; take it out */
    /* your code here */
}

Tensor *tensor_dropout(Tensor *x, const bool *kept, real rate)
{
    require(rate >= 0 && rate < 1, "tensor_dropout: expected a rate in [0, 1), found %g",
            (double)rate);
    Tensor *out = tensor_result("dropout", x->shape, dropout_backward, 1, &x);
    (void)kept; /* only keeps the compiler quiet; take it out */
    for (size_t i = 0; i < x->size; i++)
        out->data[i] = NAN; /* your code here */
    return out;
}

bool *dropout_mask(Random *random, size_t size, real rate)
{
    bool *kept = tape_alloc(size * sizeof *kept);
    for (size_t i = 0; i < size; i++)
        kept[i] = random_uniform(random) >= (double)rate;
    return kept;
}
