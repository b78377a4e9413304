/* The gate of chapter 12: heads, scores, mask, mix, attention in one op, and multi-head attention.
 *
 * Every forward is held to plain loops over the definition, without a softmax that takes a maximum
 * off and without a matrix product. Attention composed of its parts and the fused op are held to
 * one loop and to each other; so is cross-attention, with T queries and S keys, padding, and rows
 * in which every key is masked. The worked cases of the lesson stand here with their numbers, and
 * so do two claims: attention does not know the order of its keys, and a causal mask hides the
 * future.
 *
 * B batch, H heads, T queries, S keys, D depth of a head, C = H D width. */
#include "ops/ops.h"

#include <string.h>

enum { FLOAT = sizeof(real) == sizeof(float) };
/* For what is exact but for rounding. */
static const double CLOSE = FLOAT ? 1e-5 : 1e-12;

/* Worst |a - b| by the largest |b|; infinite for NaN. */
static double farthest(const real *a, const real *b, size_t count)
{
    double worst = 0, largest = 0;
    for (size_t i = 0; i < count; i++) {
        double difference = fabs((double)a[i] - (double)b[i]);
        worst = isnan(difference) ? HUGE_VAL : fmax(worst, difference);
        largest = fmax(largest, fabs((double)b[i]));
    }
    return worst == 0 ? 0 : worst / largest;
}

/* ---- heads ----------------------------------------------------------------------------------- */
static Tensor *split_forward(Tensor *const *in, const void *context)
{
    return tensor_split_heads(in[0], *(const size_t *)context);
}

/* Element by element of the result: head h of position t holds columns h D to (h + 1) D of t. */
static void split_reference(real *out, Tensor *const *in, const void *context)
{
    size_t heads = *(const size_t *)context, steps = tensor_dim(in[0], 1);
    size_t width = tensor_dim(in[0], 2), depth = width / heads;
    for (size_t b = 0; b < tensor_dim(in[0], 0); b++)
        for (size_t h = 0; h < heads; h++)
            for (size_t t = 0; t < steps; t++)
                for (size_t d = 0; d < depth; d++)
                    *out++ = in[0]->data[(b * steps + t) * width + h * depth + d];
}

static void check_split(Shape shape, size_t heads)
{
    char row[80];
    TapeMark mark = tape_mark();
    const size_t *dim = shape.dim;
    snprintf(row, sizeof row, "split_heads %s heads %zu", shape_text(shape), heads);
    tensor_check(&(TensorCheck){.name = row,
                                .forward = split_forward,
                                .reference = split_reference,
                                .context = &heads,
                                .n = 1,
                                .in = {check_normal(shape, 1)},
                                .shape = shape4(dim[0], heads, dim[1], dim[2] / heads)});
    tape_release(mark);
}

static Tensor *merge_forward(Tensor *const *in, const void *context)
{
    (void)context;
    return tensor_merge_heads(in[0]);
}

static void merge_reference(real *out, Tensor *const *in, const void *context)
{
    (void)context;
    const size_t *dim = in[0]->shape.dim; /* (B,H,T,D) */
    for (size_t b = 0; b < dim[0]; b++)
        for (size_t t = 0; t < dim[2]; t++)
            for (size_t c = 0; c < dim[1] * dim[3]; c++)
                *out++ =
                    in[0]->data[((b * dim[1] + c / dim[3]) * dim[2] + t) * dim[3] + c % dim[3]];
}

static void check_merge(Shape shape)
{
    char row[80];
    TapeMark mark = tape_mark();
    const size_t *dim = shape.dim;
    snprintf(row, sizeof row, "merge_heads %s", shape_text(shape));
    tensor_check(&(TensorCheck){.name = row,
                                .forward = merge_forward,
                                .reference = merge_reference,
                                .n = 1,
                                .in = {check_normal(shape, 1)},
                                .shape = shape3(dim[0], dim[2], dim[1] * dim[3])});
    tape_release(mark);
}

/* ---- scores and mix -------------------------------------------------------------------------- */
/* Where the two operands stand among the inputs; who comes after the poked ones is frozen. */
typedef struct {
    int first, second;
} Pair;

static Tensor *scores_forward(Tensor *const *in, const void *context)
{
    const Pair *pair = context;
    return tensor_scores(in[pair->first], in[pair->second]);
}

static void scores_reference(real *out, Tensor *const *in, const void *context)
{
    const Pair *pair = context;
    const Tensor *q = in[pair->first], *k = in[pair->second];
    size_t queries = tensor_dim(q, -2), keys = tensor_dim(k, -2), depth = tensor_dim(q, -1);
    for (size_t row = 0; row < q->size / depth; row++)
        for (size_t s = 0; s < keys; s++) {
            real sum = 0;
            for (size_t d = 0; d < depth; d++)
                sum += q->data[row * depth + d] * k->data[(row / queries * keys + s) * depth + d];
            *out++ = sum / sqrt((real)depth);
        }
}

static Tensor *mix_forward(Tensor *const *in, const void *context)
{
    const Pair *pair = context;
    return tensor_mix(in[pair->first], in[pair->second]);
}

static void mix_reference(real *out, Tensor *const *in, const void *context)
{
    const Pair *pair = context;
    const Tensor *p = in[pair->first], *v = in[pair->second];
    size_t queries = tensor_dim(p, -2), keys = tensor_dim(p, -1), depth = tensor_dim(v, -1);
    for (size_t row = 0; row < p->size / keys; row++)
        for (size_t d = 0; d < depth; d++) {
            real sum = 0;
            for (size_t s = 0; s < keys; s++)
                sum += p->data[row * keys + s] * v->data[(row / queries * keys + s) * depth + d];
            *out++ = sum;
        }
}

static void check_pair(const char *op, const char *circumstances, Pair pair, Tensor *first,
                       Tensor *second, int poked)
{
    char row[80];
    bool is_mix = op[0] == 'm';
    TensorCheck check = {.name = row, .context = &pair, .n = poked};
    snprintf(row, sizeof row, "%s %s %s%s", op, shape_text(first->shape), shape_text(second->shape),
             circumstances);
    check.forward = is_mix ? mix_forward : scores_forward;
    check.reference = is_mix ? mix_reference : scores_reference;
    check.shape =
        shape_with(first->shape, first->shape.rank - 1, tensor_dim(second, is_mix ? -1 : -2));
    check.in[pair.first] = first;
    check.in[pair.second] = second;
    tensor_check(&check);
}

static void check_pairs(void)
{
    const Pair both = {0, 1}, turned = {1, 0}, same = {0, 0};
    TapeMark mark = tape_mark();
    Tensor *q = check_normal(shape2(3, 5), 1), *k = check_normal(shape2(7, 5), 1);
    check_pair("scores", "", both, q, k, 2);
    q = check_normal(shape4(2, 3, 5, 4), 1), k = check_normal(shape4(2, 3, 7, 4), 1);
    check_pair("scores", "", both, q, k, 2);
    q = check_normal(shape3(2, 3, 5), 1), k = check_normal(shape3(2, 7, 5), 1);
    check_pair("scores", " only q", both, q, k, 1);
    q = check_normal(shape3(2, 3, 5), 1), k = check_normal(shape3(2, 7, 5), 1);
    check_pair("scores", " only k", turned, q, k, 1);
    q = check_normal(shape3(2, 3, 5), 1);
    check_pair("scores", " q as k", same, q, q, 1);

    Tensor *p = check_uniform(shape2(3, 5), 0, 1), *v = check_normal(shape2(5, 7), 1);
    check_pair("mix", "", both, p, v, 2);
    p = check_uniform(shape4(2, 3, 5, 7), 0, 1), v = check_normal(shape4(2, 3, 7, 4), 1);
    check_pair("mix", "", both, p, v, 2);
    p = check_uniform(shape3(2, 3, 5), 0, 1), v = check_normal(shape3(2, 5, 7), 1);
    check_pair("mix", " only p", both, p, v, 1);
    p = check_uniform(shape3(2, 3, 5), 0, 1), v = check_normal(shape3(2, 5, 7), 1);
    check_pair("mix", " only v", turned, p, v, 1);
    p = check_uniform(shape3(2, 5, 5), 0, 1);
    check_pair("mix", " p as v", same, p, p, 1);
    tape_release(mark);
}

/* ---- mask ------------------------------------------------------------------------------------ */
typedef struct {
    const bool *allowed;
    size_t masks;
    bool then_softmax;
} Mask;

/* The mask is the caller's, who may write over it before backward. */
static Tensor *mask_forward(Tensor *const *in, const void *context)
{
    static bool lent[128];
    const Mask *mask = context;
    size_t size = mask->masks * tensor_dim(in[0], -2) * tensor_dim(in[0], -1);
    memcpy(lent, mask->allowed, size * sizeof *lent);
    Tensor *out = tensor_mask(in[0], lent, mask->masks);
    memset(lent, 0, sizeof lent);
    return mask->then_softmax ? tensor_softmax(out) : out;
}

static void mask_reference(real *out, Tensor *const *in, const void *context)
{
    const Mask *mask = context;
    size_t keys = tensor_dim(in[0], -1), matrix = tensor_dim(in[0], -2) * keys;
    for (size_t i = 0; i < in[0]->size; i++) {
        size_t first_axis = i / (in[0]->size / tensor_dim(in[0], 0));
        size_t which = mask->masks == 1 ? 0 : first_axis;
        out[i] = mask->allowed[which * matrix + i % matrix] ? in[0]->data[i] : -(real)INFINITY;
    }
    for (size_t row = 0; row < in[0]->size && mask->then_softmax; row += keys) {
        real sum = 0;
        for (size_t s = 0; s < keys; s++)
            sum += exp(out[row + s]);
        for (size_t s = 0; s < keys; s++)
            out[row + s] = sum == 0 ? 0 : exp(out[row + s]) / sum;
    }
}

static void check_mask(const char *row, Shape shape, const Mask *mask)
{
    TapeMark mark = tape_mark();
    tensor_check(&(TensorCheck){.name = row,
                                .forward = mask_forward,
                                .reference = mask_reference,
                                .context = mask,
                                .n = 1,
                                .in = {check_normal(shape, 1)},
                                .shape = shape});
    tape_release(mark);
}

/* in[1]'s gradient stands right behind in[0]'s, where a mask that runs one too far writes. */
static Tensor *mask_beside_forward(Tensor *const *in, const void *context)
{
    return tensor_add(mask_forward(in, context), in[1]);
}

static void mask_beside_reference(real *out, Tensor *const *in, const void *context)
{
    mask_reference(out, in, context);
    for (size_t i = 0; i < in[1]->size; i++)
        out[i] += in[1]->data[i];
}

static void check_mask_beside(void)
{
    const bool allowed[8] = {1, 0, 1, 1, 0, 1, 1, 0};
    const Mask mask = {allowed, 1, true};
    Shape shape = shape2(2, 4);
    TapeMark mark = tape_mark();
    tensor_check(&(TensorCheck){.name = "mask (2,4) side by side with another",
                                .n = 2,
                                .in = {check_normal(shape, 1), check_normal(shape, 1)},
                                .forward = mask_beside_forward,
                                .reference = mask_beside_reference,
                                .context = &mask,
                                .shape = shape});
    tape_release(mark);
}

/* Masks as they are written in the lesson: 1 where the key is allowed. */
static bool same_mask(const bool *allowed, const char *expected)
{
    bool same = true;
    for (; *expected != '\0'; expected++)
        if (*expected != ' ')
            same = same && *allowed++ == (*expected == '1');
    return same;
}

static void check_masks(void)
{
    const int lengths[3] = {2, 0, 4}, two[2] = {3, 7};
    const bool holes[35] = {1, 0, 0, 1, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0,
                            1, 0, 0, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 1};
    TapeMark mark = tape_mark();
    check_mask("mask (2,3,5,5) causal", shape4(2, 3, 5, 5), &(Mask){mask_causal(5, 5), 1, false});
    check_mask("mask (5,7) a row fully masked", shape2(5, 7), &(Mask){holes, 1, false});
    check_mask("mask (3,5,4) padding, a sequence empty", shape3(3, 5, 4),
               &(Mask){mask_padding(3, 5, 4, lengths, false), 3, false});
    check_mask("mask (2,3,5,7) padding and causal", shape4(2, 3, 5, 7),
               &(Mask){mask_padding(2, 5, 7, two, true), 2, false});
    check_mask_beside();
    check_mask("mask (5,7) then softmax", shape2(5, 7), &(Mask){holes, 1, true});
    check_mask("mask (3,2,5,4) padding, then softmax", shape4(3, 2, 5, 4),
               &(Mask){mask_padding(3, 5, 4, lengths, false), 3, true});
    gate_check("mask mask_causal",
               same_mask(mask_causal(3, 5), "10000 11000 11100") &&
                   same_mask(mask_causal(4, 2), "10 11 11 11"),
               "10000 11000 11100; 10 11 11 11");
    gate_check(
        "mask mask_padding",
        same_mask(mask_padding(3, 2, 4, lengths, false), "1100 1100 0000 0000 1111 1111") &&
            same_mask(mask_padding(3, 3, 4, lengths, true),
                      "1000 1100 1100 0000 0000 0000 1000 1100 1110") &&
            same_mask(mask_padding(2, 4, 3, lengths, true), "100 110 110 110 000 000 000 000"),
        "lengths 2, 0, 4, alone and causal");
    tape_release(mark);
}

/* ---- attention, by plain loops ------------------------------------------------------------------
 * Rows of a matrix that may stand inside a wider one: element (i,c) is at[i * row + c]. */
typedef struct {
    const real *at;
    size_t row;
} Rows;

typedef struct {
    size_t queries, keys, heads, depth;
} Sizes;

static double plain_score(const real *q, const real *k, size_t depth)
{
    double sum = 0;
    for (size_t d = 0; d < depth; d++)
        sum += (double)q[d] * (double)k[d];
    return sum / sqrt((double)depth);
}

/* One sequence: out (T,C) from q (T,C), k and v (S,C); allowed (T,S), NULL when every key is. */
static void plain_attention(real *out, Rows q, Rows k, Rows v, Sizes z, const bool *allowed)
{
    for (size_t t = 0; t < z.queries; t++)
        for (size_t c = 0; c < z.heads * z.depth; c++) {
            size_t head = c / z.depth * z.depth; /* the head's first column */
            double total = 0, mixed = 0;
            for (size_t s = 0; s < z.keys; s++) {
                if (allowed != NULL && !allowed[t * z.keys + s])
                    continue;
                double e =
                    exp(plain_score(q.at + t * q.row + head, k.at + s * k.row + head, z.depth));
                total += e;
                mixed += e * (double)v.at[s * v.row + c];
            }
            *out++ = total == 0 ? 0 : (real)(mixed / total);
        }
}

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

/* ---- the fused op ------------------------------------------------------------------------------
 * By its own tiles, which hold all of these short sequences, and by tiles so small that there are
 * many: rows that end within a tile, blocks that begin within one, and tiles skipped. */
typedef struct {
    size_t heads;
    Tiles tiles;
} Fused;
static const Tiles OWN = {ATTENTION_QUERIES, ATTENTION_KEYS};

static Tensor *attention_forward(Tensor *const *in, const void *context)
{
    const Fused *fused = context;
    return fused->tiles.queries == OWN.queries
               ? tensor_attention(in[0], fused->heads)
               : tensor_attention_tiled(in[0], fused->heads, fused->tiles);
}

/* The lower triangle, without the library's mask. */
static bool *triangle(size_t steps)
{
    bool *allowed = tape_alloc(steps * steps * sizeof *allowed);
    for (size_t i = 0; i < steps * steps; i++)
        allowed[i] = i % steps <= i / steps;
    return allowed;
}

static void attention_reference(real *out, Tensor *const *in, const void *context)
{
    size_t heads = ((const Fused *)context)->heads, steps = tensor_dim(in[0], 1);
    size_t row = tensor_dim(in[0], 2), width = row / 3;
    TapeMark mark = tape_mark();
    for (size_t b = 0; b < tensor_dim(in[0], 0); b++) {
        const real *qkv = in[0]->data + b * steps * row;
        plain_attention(out + b * steps * width, (Rows){qkv, row}, (Rows){qkv + width, row},
                        (Rows){qkv + 2 * width, row}, (Sizes){steps, steps, heads, width / heads},
                        triangle(steps));
    }
    tape_release(mark);
}

static void check_attention(Shape shape, size_t heads, Tiles tiles)
{
    char row[80];
    const Fused fused = {heads, tiles};
    TapeMark mark = tape_mark();
    int used = snprintf(row, sizeof row, "attention %s heads %zu", shape_text(shape), heads);
    if (tiles.queries != OWN.queries)
        snprintf(row + used, sizeof row - (size_t)used, ", tiles %zu x %zu", tiles.queries,
                 tiles.keys);
    tensor_check(&(TensorCheck){.name = row,
                                .forward = attention_forward,
                                .context = &fused,
                                .n = 1,
                                .reference = attention_reference,
                                .in = {check_normal(shape, 1)},
                                .shape = shape_with(shape, 2, shape.dim[2] / 3)});
    tape_release(mark);
}

/* ---- multi-head attention, composed -------------------------------------------------------------
 * in: x (B,T,C), the memory (B,S,C) that gives keys and values, and four weights (C,C) with their
 * biases (C), for queries, keys, values and output. In self-attention the memory is x itself. The
 * keys' bias stands last, frozen: it adds the same to all scores of a query, which softmax does not
 * see, so its gradient is 0 and has nothing to be measured by. */
typedef struct {
    size_t heads;
    const bool *allowed; /* NULL: every key */
    size_t masks;
    bool is_self;
} MultiHead;

enum { WQ, BQ, WK, WV, BV, WO, BO, BK, WEIGHTS };

static Tensor *attend(Tensor *q, Tensor *k, Tensor *v, const MultiHead *a)
{
    Tensor *scores =
        tensor_scores(tensor_split_heads(q, a->heads), tensor_split_heads(k, a->heads));
    if (a->allowed != NULL)
        scores = tensor_mask(scores, a->allowed, a->masks);
    Tensor *p = tensor_softmax(scores); /* (B,H,T,S) */
    return tensor_merge_heads(tensor_mix(p, tensor_split_heads(v, a->heads)));
}

static Tensor *multihead_forward(Tensor *const *in, const void *context)
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

static void fill_weights(Tensor **w, size_t width)
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

static void check_multiheads(void)
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

/* ---- fused and composed ------------------------------------------------------------------------
 * The same causal self-attention twice: with one packed weight (C,3C) and the fused op, and with
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

static void check_fused(size_t steps, size_t width, size_t heads)
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

/* ---- sanity cases ---------------------------------------------------------------------------- */
static void check_scores_sanity(void)
{
    const real identity[4] = {1, 0, 0, 1}, keys[4] = {1, 2, 3, 4};
    const real h = (real)0.70710678118654752440; /* 1/sqrt(2) */
    const real s[4] = {h, 3 * h, 2 * h, 4 * h}, dq[4] = {h, 2 * h, 3 * h, 4 * h};
    const real dk[4] = {h, 0, 0, h};
    TapeMark mark = tape_mark();
    Tensor *q = tensor_from(shape2(2, 2), identity), *k = tensor_from(shape2(2, 2), keys);
    tensor_want_grad(q);
    tensor_want_grad(k);
    Tensor *out = tensor_scores(q, k);
    tensor_backward_from(out, identity);
    gate_check("scores sanity Q = I, dS = I",
               farthest(out->data, s, 4) <= CLOSE && farthest(q->grad, dq, 4) <= CLOSE &&
                   farthest(k->grad, dk, 4) <= CLOSE,
               "dQ = K/sqrt(2), dK = I/sqrt(2)");
    tape_release(mark);
}

static void check_mix_sanity(void)
{
    const real p[4] = {1, 0, (real)0.4, (real)0.6}, v[4] = {2, 1, 0, 3}, dout[4] = {1, 2, 3, 4};
    const real mixed[4] = {2, 1, (real)0.8, (real)2.2}, dp[4] = {4, 6, 10, 12};
    const real dv[4] = {(real)2.2, (real)3.6, (real)1.8, (real)2.4};
    TapeMark mark = tape_mark();
    Tensor *weights = tensor_from(shape2(2, 2), p), *values = tensor_from(shape2(2, 2), v);
    tensor_want_grad(weights);
    tensor_want_grad(values);
    Tensor *out = tensor_mix(weights, values);
    tensor_backward_from(out, dout);
    gate_check("mix sanity P = [[1,0],[.4,.6]]",
               farthest(out->data, mixed, 4) <= CLOSE && farthest(weights->grad, dp, 4) <= CLOSE &&
                   farthest(values->grad, dv, 4) <= CLOSE,
               "O, dP, dV as by hand");
    tape_release(mark);
}

/* dS of that case, by a mask and a softmax whose rows are P: its second row alone moves. */
static void check_softmax_sanity(void)
{
    const real logits[4] = {0, 7, (real)-0.40546510810816438198, 0}; /* ln(2/3) */
    const real dp[4] = {4, 6, 10, 12}, ds[4] = {0, 0, (real)-0.48, (real)0.48};
    const real p[4] = {1, 0, (real)0.4, (real)0.6};
    TapeMark mark = tape_mark();
    Tensor *x = tensor_from(shape2(2, 2), logits);
    tensor_want_grad(x);
    Tensor *out = tensor_softmax(tensor_mask(x, mask_causal(2, 2), 1));
    tensor_backward_from(out, dp);
    gate_check("mask sanity then softmax",
               farthest(out->data, p, 4) <= CLOSE && farthest(x->grad, ds, 4) <= CLOSE,
               "dS = [[0,0],[-.48,.48]]");
    tape_release(mark);
}

static void check_packed_sanity(void)
{
    const real x[2] = {1, 2}, w[12] = {1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1};
    const real packed[6] = {1, 2, 2, 1, 1, 2}, dqkv[6] = {1, 0, 0, 1, 1, 1}, dx[2] = {3, 1};
    TapeMark mark = tape_mark();
    Tensor *in = tensor_from(shape2(1, 2), x);
    tensor_want_grad(in);
    Tensor *qkv = tensor_linear(in, tensor_from(shape2(2, 6), w), NULL);
    tensor_backward_from(qkv, dqkv);
    gate_check("packed sanity x = [1,2]",
               farthest(qkv->data, packed, 6) <= CLOSE && farthest(in->grad, dx, 2) <= CLOSE,
               "qkv = [1,2,2,1,1,2], dx = [3,1]");
    /* One key: its probability is 1, so the value comes out, and its gradient comes back to it. */
    const real value[2] = {1, 2}, back[6] = {0, 0, 0, 0, 3, 5}, upstream[2] = {3, 5};
    Tensor *leaf = tensor_from(shape3(1, 1, 6), packed);
    tensor_want_grad(leaf);
    Tensor *out = tensor_attention(leaf, 1);
    tensor_backward_from(out, upstream);
    gate_check("attention sanity one key",
               farthest(out->data, value, 2) <= CLOSE && farthest(leaf->grad, back, 6) <= CLOSE,
               "the value itself; dq = dk = 0");
    tape_release(mark);
}

/* Three positions of width 1 in blocks of two keys. The last query is 1, so its scores are the
 * keys: 0 and ln 3 in the first block, ln 4 in the second. Values are 8, 4 and 1. */
static void check_tiled_sanity(void)
{
    const real ln_3 = (real)1.0986122886681098, ln_4 = (real)1.3862943611198906;
    const real packed[9] = {0, 0, 8, 0, ln_3, 4, 1, ln_4, 1}, upstream[3] = {0, 0, 2};
    const real dq = (real)0.75 * ln_3 - 2 * ln_4;
    const real back[9] = {0, (real)1.25, (real)0.25, 0, (real)0.75, (real)0.75, dq, -2, 1};
    const real mixture[3] = {8, 6, 3};
    TapeMark mark = tape_mark();
    Tensor *leaf = tensor_from(shape3(1, 3, 3), packed);
    tensor_want_grad(leaf);
    Tensor *out = tensor_attention_tiled(leaf, 1, (Tiles){2, 2});
    tensor_backward_from(out, upstream);
    gate_check("attention sanity two blocks",
               farthest(out->data, mixture, 3) <= CLOSE && farthest(leaf->grad, back, 9) <= CLOSE,
               "(5 + 1) / 2 = 3; dS = [1.25, 0.75, -2]");
    real last;
    LogSum sum;
    attention_rows(&(AttentionRows){.q = packed + 6, .k = packed + 1, .v = packed + 2, .q_row = 3,
                                    .kv_row = 3, .out_row = 1, .queries = 1, .past = 2, .depth = 1,
                                    .tiles = {2, 2}, .out = &last, .log_sums = &sum});
    const double ln_8 = 2.0794415416798357;
    gate_check("attention sanity the last row alone",
               memcmp(&last, out->data + 2, sizeof last) == 0 && sum.max == ln_4 &&
                   fabs((double)sum.max + (double)sum.rest - ln_8) <= CLOSE,
               "the same bits; log-sum ln 8");
    tape_release(mark);
}

/* Rows of one head, `piece` queries at a time: each piece has those before it as its past. */
static void attend_in_pieces(const Tensor *qkv, size_t piece, Tiles tiles, real *out, LogSum *sums)
{
    size_t steps = tensor_dim(qkv, 1), row = tensor_dim(qkv, 2), depth = row / 3;
    for (size_t t = 0; t < steps; t += piece)
        attention_rows(&(AttentionRows){.q = qkv->data + t * row, .k = qkv->data + depth,
                                        .v = qkv->data + 2 * depth, .q_row = row, .kv_row = row,
                                        .out_row = depth, .past = t, .depth = depth,
                                        .queries = steps - t < piece ? steps - t : piece,
                                        .tiles = tiles, .out = out + t * depth,
                                        .log_sums = sums + t});
}

/* However the queries are cut, into pieces or tiles, a row has the same bits, and so has its
 * log-sum: what keeps keys and values from call to call builds on that. */
static void check_rows_alone(void)
{
    enum { ROWS = 13, DEPTH = 4 };
    TapeMark mark = tape_mark();
    Tensor *qkv = check_normal(shape3(1, ROWS, 3 * DEPTH), 1);
    real alone[ROWS * DEPTH], out[ROWS * DEPTH];
    LogSum sums_alone[ROWS], sums[ROWS];
    attend_in_pieces(qkv, 1, (Tiles){1, 3}, alone, sums_alone);
    const Tensor *whole = tensor_attention_tiled(qkv, 1, (Tiles){5, 3});
    bool same = memcmp(alone, whole->data, sizeof alone) == 0;
    for (size_t piece = 2; piece <= ROWS; piece++)
        for (size_t queries = 1; queries <= 8; queries++) {
            attend_in_pieces(qkv, piece, (Tiles){queries, 3}, out, sums);
            same = same && memcmp(out, alone, sizeof alone) == 0 &&
                   memcmp(sums, sums_alone, sizeof sums) == 0;
        }
    gate_check("attention rows in pieces", same, "the same bits as one by one");
    tape_release(mark);
}

/* ---- claims ---------------------------------------------------------------------------------- */
enum { STEPS = 5, WIDTH = 6 };

/* x (T,C) with its rows in another order; an embedding is a choice of rows. */
static Tensor *reordered(Tensor *x, const int *order)
{
    Tensor *rows = tensor_reshape(x, shape2(STEPS, WIDTH));
    return tensor_reshape(tensor_embedding(rows, order, shape1(STEPS)), shape3(1, STEPS, WIDTH));
}

/* How far attention of reordered rows is from reordered attention; positions may be added. */
static double order_matters(Tensor *x, Tensor *const *w, const bool *allowed, Tensor *positions)
{
    const int order[STEPS] = {3, 0, 4, 2, 1};
    const MultiHead a = {2, allowed, 1, true};
    Tensor *in[1 + WEIGHTS] = {positions == NULL ? x : tensor_add(x, positions)};
    memcpy(in + 1, w, WEIGHTS * sizeof *in);
    Tensor *expected = reordered(multihead_forward(in, &a), order);
    in[0] = reordered(x, order);
    if (positions != NULL)
        in[0] = tensor_add(in[0], positions);
    return farthest(multihead_forward(in, &a)->data, expected->data, expected->size);
}

static void check_order(void)
{
    TapeMark mark = tape_mark();
    Tensor *x = check_normal(shape3(1, STEPS, WIDTH), 1), *w[WEIGHTS];
    Tensor *positions = tensor_new(shape2(STEPS, WIDTH));
    fill_weights(w, WIDTH);
    sinusoid_fill(positions->data, STEPS, WIDTH);
    gate_check("multihead no order", order_matters(x, w, NULL, NULL) <= CLOSE,
               "reordered in, reordered out");
    gate_check("multihead positions", order_matters(x, w, NULL, positions) > 0.01, "break that");
    gate_check("multihead causal mask", order_matters(x, w, mask_causal(STEPS, STEPS), NULL) > 0.01,
               "breaks that, too");
    tape_release(mark);
}

static void check_key_bias(void)
{
    const MultiHead a = {2, NULL, 0, true};
    TapeMark mark = tape_mark();
    Tensor *in[1 + WEIGHTS] = {check_normal(shape3(1, STEPS, WIDTH), 1)};
    Tensor *upstream = check_normal(shape3(1, STEPS, WIDTH), 1);
    fill_weights(in + 1, WIDTH);
    tensor_want_grad(in[1 + BK]);
    tensor_backward_from(multihead_forward(in, &a), upstream->data);
    double largest = 0;
    for (size_t i = 0; i < WIDTH; i++)
        largest = fmax(largest, fabs((double)in[1 + BK]->grad[i]));
    gate_check("multihead the keys' bias", largest <= CLOSE, "gets a gradient of 0");
    tape_release(mark);
}

/* Changing the last position changes no bit of an earlier result; no gradient flows back to it. */
static void check_future(void)
{
    const size_t row = 3 * WIDTH, earlier = (STEPS - 1) * WIDTH;
    TapeMark mark = tape_mark();
    Tensor *qkv = check_normal(shape3(1, STEPS, 3 * WIDTH), 1);
    Tensor *upstream = check_normal(shape3(1, STEPS, WIDTH), 1);
    memset(upstream->data + earlier, 0, WIDTH * sizeof(real));
    tensor_want_grad(qkv);
    Tensor *before = tensor_attention(qkv, 2);
    tensor_backward_from(before, upstream->data);
    bool silent = true;
    for (size_t i = (STEPS - 1) * row; i < STEPS * row; i++) {
        silent = silent && qkv->grad[i] == 0;
        qkv->data[i] += 1;
    }
    Tensor *after = tensor_attention(qkv, 2);
    gate_check("attention hides the future",
               silent && memcmp(before->data, after->data, earlier * sizeof(real)) == 0 &&
                   farthest(before->data + earlier, after->data + earlier, WIDTH) > 0.01,
               "no bit of the past changes");
    tape_release(mark);
}

int main(int argc, char **argv)
{
    gate_begin(argc, argv, "12-attention");
    check_split(shape3(2, 3, 35), 5);
    check_split(shape3(3, 2, 5), 1);
    check_split(shape3(2, 5, 3), 3);
    check_merge(shape4(2, 5, 3, 7));
    check_merge(shape4(3, 1, 2, 5));
    check_pairs();
    check_masks();
    check_attention(shape3(2, 5, 18), 3, OWN);
    check_attention(shape3(3, 7, 12), 2, OWN);
    check_attention(shape3(2, 3, 15), 1, OWN);
    check_attention(shape3(5, 1, 12), 2, OWN);
    check_attention(shape3(2, 11, 12), 2, (Tiles){3, 5});
    check_attention(shape3(2, 13, 18), 3, (Tiles){5, 3});
    check_attention(shape3(1, 7, 15), 1, (Tiles){4, 2});
    check_attention(shape3(3, 5, 6), 2, (Tiles){1, 1});
    check_attention(shape3(2, 8, 12), 2, (Tiles){2, 4});
    check_multiheads();
    check_fused(5, 6, 3);
    check_fused(13, 14, 2);
    check_scores_sanity();
    check_mix_sanity();
    check_softmax_sanity();
    check_packed_sanity();
    check_tiled_sanity();
    check_rows_alone();
    check_order();
    check_key_bias();
    check_future();
    tape_free();
    return gate_end();
}
