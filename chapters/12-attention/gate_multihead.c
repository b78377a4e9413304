/* The rows of multi-head attention, composed of its parts, and of a causal one against the fused
 * op. */
#include "gate.h"

#include <string.h>

/* y (rows,O) = x (rows,I) weight (I,O) + bias (O), on the tape. */
static real *plain_linear(const real *x, size_t rows, const Tensor *weight, const Tensor *bias)
{
    size_t in = weight->shape.dim[0], width = weight->shape.dim[1];
    real *y = tape_alloc(rows * width * sizeof *y);
    for (size_t row = 0; row < rows; row++)
        for (size_t o = 0; o < width; o++) {
            y[row * width + o] = bias->data[o];
            for (size_t i = 0; i < in; i++)
                y[row * width + o] += x[row * in + i] * weight->data[i * width + o];
        }
    return y;
}

static Tensor *attend(Tensor *q, Tensor *k, Tensor *v, const MultiHead *a)
{
    Tensor *scores =
        tensor_scores(tensor_split_heads(q, a->heads), tensor_split_heads(k, a->heads));
    if (a->allowed != NULL)
        scores = tensor_mask(scores, a->allowed, a->masks);
    Tensor *p = tensor_softmax(scores); /* (B,H,T,S) */
    return tensor_merge_heads(tensor_mix(p, tensor_split_heads(v, a->heads)));
}

Tensor *multihead_forward(Tensor *const *in, const void *context)
{
    const MultiHead *a = context;
    Tensor *x = in[0], *memory = a->is_self ? x : in[1];
    Tensor *const *w = in + (a->is_self ? 1 : 2);
    Tensor *mixed = attend(tensor_linear(x, w[WQ], w[BQ]), tensor_linear(memory, w[WK], w[BK]),
                           tensor_linear(memory, w[WV], w[BV]), a);
    return tensor_linear(mixed, w[WO], w[BO]);
}

static void multihead_reference(real *out, Tensor *const *in, const void *context)
{
    const MultiHead *a = context;
    const Tensor *x = in[0], *memory = a->is_self ? x : in[1];
    Tensor *const *w = in + (a->is_self ? 1 : 2);
    size_t batch = tensor_dim(x, 0), width = tensor_dim(x, 2);
    Sizes z = {tensor_dim(x, 1), tensor_dim(memory, 1), a->heads, width / a->heads};
    TapeMark mark = tape_mark();
    real *q = plain_linear(x->data, batch * z.queries, w[WQ], w[BQ]);
    real *k = plain_linear(memory->data, batch * z.keys, w[WK], w[BK]);
    real *v = plain_linear(memory->data, batch * z.keys, w[WV], w[BV]);
    real *mixed = tape_alloc(x->size * sizeof *mixed);
    for (size_t b = 0; b < batch; b++) {
        size_t from_q = b * z.queries * width, from_k = b * z.keys * width;
        const bool *allowed = a->allowed;
        if (a->allowed != NULL && a->masks > 1)
            allowed += b * z.queries * z.keys;
        plain_attention(mixed + from_q, (Rows){q + from_q, width}, (Rows){k + from_k, width},
                        (Rows){v + from_k, width}, z, allowed);
    }
    memcpy(out, plain_linear(mixed, batch * z.queries, w[WO], w[BO]), x->size * sizeof *out);
    tape_release(mark);
}

void fill_weights(Tensor **w, size_t width)
{
    for (int i = 0; i < WEIGHTS; i++)
        w[i] = check_normal(i == WQ || i == WK || i == WV || i == WO ? shape2(width, width)
                                                                     : shape1(width),
                            (real)0.3);
}

static void check_multihead(const char *row, Shape x, size_t keys, const MultiHead *a)
{
    TensorCheck check = {.name = row,
                         .forward = multihead_forward,
                         .context = a,
                         .shape = x,
                         .reference = multihead_reference};
    check.in[check.n++] = check_normal(x, 1);
    if (!a->is_self)
        check.in[check.n++] = check_normal(shape_with(x, 1, keys), 1);
    fill_weights(check.in + check.n, x.dim[2]);
    check.n += WEIGHTS - 1;
    tensor_check(&check);
}

void check_multiheads(void)
{
    const int lengths[2] = {3, 0}, own[2] = {5, 2};
    TapeMark mark = tape_mark();
    Shape x = shape3(2, 5, 6);
    check_multihead("multihead (2,5,6) heads 3, no mask", x, 5, &(MultiHead){3, NULL, 0, true});
    check_multihead("multihead (2,5,6) heads 2, causal", x, 5,
                    &(MultiHead){2, mask_causal(5, 5), 1, true});
    check_multihead("multihead (2,5,6) padding and causal", x, 5,
                    &(MultiHead){3, mask_padding(2, 5, 5, own, true), 2, true});
    check_multihead("multihead cross T 5, S 7", x, 7, &(MultiHead){2, NULL, 0, false});
    check_multihead("multihead cross S 4, one memory empty", x, 4,
                    &(MultiHead){3, mask_padding(2, 5, 4, lengths, false), 2, false});
    tape_release(mark);
}

/* The same causal self-attention twice: with one packed weight (C,3C) and the fused op, and with
 * slices of the packed result and one op at a time. in: x, packed weight and bias, output's. */
static Tensor *packed_composed(Tensor *const *in, size_t heads)
{
    Tensor *qkv = tensor_linear(in[0], in[1], in[2]), *part[3];
    size_t width = tensor_dim(in[0], 2), steps = tensor_dim(in[0], 1);
    for (size_t i = 0; i < 3; i++)
        part[i] = tensor_slice(qkv, 2, i * width, (i + 1) * width);
    const MultiHead a = {heads, mask_causal(steps, steps), 1, true};
    return tensor_linear(attend(part[0], part[1], part[2], &a), in[3], in[4]);
}

static Tensor *packed_fused(Tensor *const *in, size_t heads)
{
    return tensor_linear(tensor_attention(tensor_linear(in[0], in[1], in[2]), heads), in[3], in[4]);
}

enum { PACKED = 5 };

/* Runs backward; returns every gradient, one after the other, on the tape. */
static real *gradients(Tensor *out, Tensor *const *in, const real *upstream, size_t total)
{
    real *all = tape_alloc(total * sizeof *all), *at = all;
    for (int k = 0; k < PACKED; k++)
        tensor_zero_grad(in[k]);
    tensor_backward_from(out, upstream);
    for (int k = 0; k < PACKED; k++)
        for (size_t i = 0; i < in[k]->size; i++)
            *at++ = in[k]->grad[i];
    return all;
}

void check_fused(size_t steps, size_t width, size_t heads)
{
    TapeMark mark = tape_mark();
    Tensor *in[PACKED] = {
        check_normal(shape3(2, steps, width), 1), check_normal(shape2(width, 3 * width), (real)0.3),
        check_normal(shape1(3 * width), (real)0.3), check_normal(shape2(width, width), (real)0.3),
        check_normal(shape1(width), (real)0.3)};
    Tensor *upstream = check_normal(in[0]->shape, 1);
    size_t total = 0;
    for (int k = 0; k < PACKED; k++) {
        tensor_want_grad(in[k]);
        total += in[k]->size;
    }
    Tensor *fused = packed_fused(in, heads), *composed = packed_composed(in, heads);
    double forward = farthest(fused->data, composed->data, fused->size);
    real *from_fused = gradients(fused, in, upstream->data, total);
    real *from_composed = gradients(composed, in, upstream->data, total);
    double backward = farthest(from_fused, from_composed, total);
    char row[80];
    snprintf(row, sizeof row, "attention %s heads %zu, composed", shape_text(in[0]->shape), heads);
    gate_check(row, forward <= CLOSE && backward <= CLOSE, "forward and gradients agree to %.0e",
               CLOSE);
    tape_release(mark);
}
