/* mask: minus infinity where a key is not allowed. Derived in chapter 12.
 *
 *   y = x where allowed, so dy/dx = 1 there; a masked y is a constant and lets nothing through.
 *   Softmax turns minus infinity into a probability of exactly 0. */
#include "ops/ops.h"
#include "base/vector.h"

typedef struct {
    uint8_t *allowed; /* 1 or 0; not bools: gcc 12 chooses between whole vectors by an int only */
    size_t masks, matrix; /* how many masks, and the T S elements of each */
} Saved;

/* Matrices of the same mask follow one another: mask m serves an equal share of them. */
static const uint8_t *allowed_in(const Tensor *out, size_t row)
{
    const Saved *saved = out->saved;
    size_t t = tensor_dim(out, -2), s = tensor_dim(out, -1);
    size_t share = shape_product(out->shape, 0, out->shape.rank - 1) / saved->masks;
    return saved->allowed + row / share * saved->matrix + row % t * s;
}

WIDE static void mask_rows(size_t begin, size_t end, void *context)
{
    Tensor *out = context;
    size_t keys = tensor_dim(out, -1);
    for (size_t row = begin; row < end; row++) {
        const uint8_t *allowed = allowed_in(out, row);
        const real *x = out->parents[0]->data + row * keys;
        real *y = out->data + row * keys;
        for (size_t s = 0; s < keys; s++)
            y[s] = allowed[s] ? x[s] : -(real)INFINITY;
    }
}

typedef struct {
    const Tensor *out;
    GradWrite dx;
} Gradients;

WIDE static void mask_gradients(size_t begin, size_t end, void *context)
{
    const Gradients g = *(const Gradients *)context;
    size_t keys = tensor_dim(g.out, -1);
    for (size_t row = begin; row < end; row++) {
        const uint8_t *allowed = allowed_in(g.out, row);
        for (size_t s = 0; s < keys; s++) {
            real dy = g.out->grad[row * keys + s]; /* read in both cases, as in relu.c */
            grad_put(g.dx, row * keys + s, allowed[s] ? dy : 0);
        }
    }
}

static void mask_backward(Tensor *out)
{
    Gradients g = {out, grad_write(out->parents[0])};
    size_t rows = shape_product(out->shape, 0, out->shape.rank - 1);
    parallel_for(rows, loop_grain(tensor_dim(out, -1)), mask_gradients, &g);
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
    *saved = (Saved){tape_alloc(masks * matrix), masks, matrix};
    for (size_t i = 0; i < masks * matrix; i++)
        saved->allowed[i] = allowed[i];
    out->saved = saved;
    size_t rows = shape_product(out->shape, 0, out->shape.rank - 1);
    parallel_for(rows, loop_grain(tensor_dim(out, -1)), mask_rows, out);
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
