/* dropout: y = x kept / (1 - rate) for a given mask. Chapter 06, "dropout".
 *
 * A worked answer. */
#include "ops/ops.h"

#include <string.h>

typedef struct {
    bool *kept;
    real factor;
} Saved;

/* Once the mask is drawn, each element is x times a constant: the factor, or 0. Backward multiplies
 * by the same constants, so it needs the mask that forward used. */
static void dropout_backward(Tensor *out)
{
    const Saved *saved = out->saved;
    GradWrite dx = grad_write(out->parents[0]);
    for (size_t i = 0; i < out->size; i++)
        grad_put(dx, i, saved->kept[i] ? out->grad[i] * saved->factor : 0);
}

/* The mask is copied: whoever called may draw the next one there before backward comes by. */
Tensor *tensor_dropout(Tensor *x, const bool *kept, real rate)
{
    require(rate >= 0 && rate < 1, "tensor_dropout: expected a rate in [0, 1), found %g",
            (double)rate);
    Tensor *out = tensor_result("dropout", x->shape, dropout_backward, 1, &x);
    Saved *saved = tape_alloc(sizeof *saved);
    saved->factor = 1 / (1 - rate);
    saved->kept = tape_alloc(x->size * sizeof *saved->kept);
    memcpy(saved->kept, kept, x->size * sizeof *saved->kept);
    out->saved = saved;
    for (size_t i = 0; i < x->size; i++)
        out->data[i] = kept[i] ? x->data[i] * saved->factor : 0;
    return out;
}

bool *dropout_mask(Random *random, size_t size, real rate)
{
    bool *kept = tape_alloc(size * sizeof *kept);
    for (size_t i = 0; i < size; i++)
        kept[i] = random_uniform(random) >= (double)rate;
    return kept;
}
