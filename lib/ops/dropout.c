/* dropout: y = x kept / (1 - rate) for a given mask. Derived in chapter 06.
 *
 *   Each y_i is x_i times a constant, 1 / (1 - rate) or 0, so its gradient is multiplied by the same
 *   constant. Dividing by 1 - rate keeps the mean of y that of x: nothing changes at evaluation.
 *   The mask is given, not drawn here: backward must see the one that forward used. */
#include "ops/ops.h"

#include <string.h>

typedef struct {
    const bool *kept;
    real factor;
} Saved;

static void dropout_backward(Tensor *out)
{
    Tensor *x = out->parents[0];
    const Saved *saved = out->saved;
    GradWrite dx = grad_write(x);
    for (size_t i = 0; i < x->size; i++)
        grad_put(dx, i, saved->kept[i] ? out->grad[i] * saved->factor : 0);
}

Tensor *tensor_dropout(Tensor *x, const bool *kept, real rate)
{
    require(rate >= 0 && rate < 1, "tensor_dropout: expected a rate in [0, 1), found %g",
            (double)rate);
    Tensor *out = tensor_result("dropout", x->shape, dropout_backward, 1, &x);
    Saved *saved = tape_alloc(sizeof *saved);
    bool *copy = tape_alloc(x->size * sizeof *copy);
    memcpy(copy, kept, x->size * sizeof *copy);
    *saved = (Saved){copy, 1 / (1 - rate)};
    out->saved = saved;
    for (size_t i = 0; i < x->size; i++)
        out->data[i] = copy[i] ? x->data[i] * saved->factor : 0;
    return out;
}

bool *dropout_mask(Random *random, size_t size, real rate)
{
    bool *kept = tape_alloc(size * sizeof *kept);
    for (size_t i = 0; i < size; i++)
        kept[i] = random_uniform(random) >= (double)rate;
    return kept;
}
