/* dropout: y = x kept / (1 - rate) for a given mask. Derived in chapter 06.
 *
 *   Each y_i is x_i times a constant, 1 / (1 - rate) or 0, so its gradient is multiplied by the same
 *   constant. Dividing by 1 - rate keeps the mean of y that of x: nothing changes at evaluation.
 *   The mask is given, not drawn here: backward must see the one that forward used. */
#include "ops/elementwise.h"
#include "base/vector.h"

typedef struct {
    uint8_t *kept; /* 1 or 0; not a bool: gcc 12 chooses between whole vectors by an int only */
    real factor;
} Saved;

WIDE static void dropout_values(Elements e, size_t begin, size_t end)
{
    const Saved saved = *(const Saved *)e.saved;
    for (size_t i = begin; i < end; i++) {
        real y = e.x[i] * saved.factor; /* in both cases: a choice between values, not a branch */
        e.y[i] = saved.kept[i] ? y : 0;
    }
}

WIDE static void dropout_gradients(Elements e, size_t begin, size_t end)
{
    const Saved saved = *(const Saved *)e.saved;
    for (size_t i = begin; i < end; i++) {
        real dx = e.dy[i] * saved.factor;
        grad_put(e.dx, i, saved.kept[i] ? dx : 0);
    }
}

static void dropout_backward(Tensor *out)
{
    elementwise_backward(out, 0, dropout_gradients);
}

Tensor *tensor_dropout(Tensor *x, const bool *kept, real rate)
{
    require(rate >= 0 && rate < 1, "tensor_dropout: expected a rate in [0, 1), found %g",
            (double)rate);
    Tensor *out = tensor_result("dropout", x->shape, dropout_backward, 1, &x);
    Saved *saved = tape_alloc(sizeof *saved);
    *saved = (Saved){tape_alloc(x->size), 1 / (1 - rate)};
    for (size_t i = 0; i < x->size; i++)
        saved->kept[i] = kept[i];
    out->saved = saved;
    return elementwise(out, dropout_values);
}

typedef struct {
    Random first; /* of element 0: each element takes one draw */
    double rate;
    bool *kept;
} Draws;

static void draw_piece(size_t begin, size_t end, void *context)
{
    const Draws *draws = context;
    Random random = draws->first;
    random.counter += begin;
    for (size_t i = begin; i < end; i++)
        draws->kept[i] = random_uniform(&random) >= draws->rate;
}

bool *dropout_mask(Random *random, size_t size, real rate)
{
    Draws draws = {*random, (double)rate, tape_alloc(size * sizeof(bool))};
    parallel_for(size, loop_grain(1), draw_piece, &draws);
    random->counter += size;
    return draws.kept;
}
