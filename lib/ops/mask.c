/* mask: minus infinity where a key is not allowed. Derived in chapter 12.
 *
 *   y = x where allowed, so dy/dx = 1 there; a masked y is a constant and lets nothing through.
 *   Softmax turns minus infinity into a probability of exactly 0. */
#include "ops/ops.h"

#include <string.h>

typedef struct {
    bool *allowed;
    size_t masks, matrix; /* how many masks, and the T S elements of each */
} Saved;

/* Matrices of the same mask follow one another: mask m serves an equal share of them. */
static bool is_allowed(const Saved *saved, size_t i, size_t size)
{
    size_t share = size / saved->masks;
    return saved->allowed[i / share * saved->matrix + i % saved->matrix];
}

static void mask_backward(Tensor *out)
{
    GradWrite dx = grad_write(out->parents[0]);
    for (size_t i = 0; i < out->size; i++)
        grad_put(dx, i, is_allowed(out->saved, i, out->size) ? out->grad[i] : 0);
}

Tensor *tensor_mask(Tensor *scores, const bool *allowed, size_t masks)
{
    if (scores->shape.rank < 2)
        shape_mismatch("tensor_mask", scores, NULL, "scores (...,T,S)");
    require(masks == 1 || masks == scores->shape.dim[0],
            "tensor_mask: expected 1 mask or one for each index of the first axis of %s, found %zu",
            shape_text(scores->shape), masks);
    Tensor *out = tensor_result("mask", scores->shape, mask_backward, 1, &scores);
    Saved *saved = tape_alloc(sizeof *saved);
    size_t matrix = tensor_dim(scores, -2) * tensor_dim(scores, -1);
    *saved = (Saved){tape_alloc(masks * matrix * sizeof *allowed), masks, matrix};
    memcpy(saved->allowed, allowed, masks * matrix * sizeof *allowed);
    out->saved = saved;
    for (size_t i = 0; i < out->size; i++)
        out->data[i] = is_allowed(saved, i, out->size) ? scores->data[i] : -(real)INFINITY;
    return out;
}

bool *mask_causal(size_t t, size_t s)
{
    bool *allowed = tape_alloc(t * s * sizeof *allowed);
    for (size_t i = 0; i < t; i++)
        for (size_t j = 0; j < s; j++)
            allowed[i * s + j] = j <= i;
    return allowed;
}

bool *mask_padding(size_t b, size_t t, size_t s, const int *lengths, bool causal)
{
    bool *allowed = tape_alloc(b * t * s * sizeof *allowed);
    for (size_t n = 0; n < b; n++)
        for (size_t i = 0; i < t; i++)
            for (size_t j = 0; j < s; j++)
                allowed[(n * t + i) * s + j] = (int)j < lengths[n] && (!causal || j <= i);
    return allowed;
}
