/* plain: the layers by their definitions, in loops over single numbers. The gates of chapters 13, 15
 * and 17 hold the library's forwards to these loops, which call no operation of lib/: layers are read
 * for their weights alone, scratch memory comes from the tape. Everything is row-major; where the
 * library computes a matrix at once, one output element is computed here at a time.
 *
 * Letters: B batch, T steps of x, S steps of the memory, C width, H heads, D = C/H depth, N rows. */
#ifndef WENGERT_PLAIN_H
#define WENGERT_PLAIN_H

#include "nn/nn.h"

static inline real *plain_new(size_t count)
{
    return tape_alloc(count * sizeof(real));
}

/* y (N,O) = x (N,I) W + b */
static inline void plain_linear(real *y, const real *x, size_t rows, const Linear *layer)
{
    size_t in = layer->weight->shape.dim[0], out = layer->weight->shape.dim[1];
    for (size_t n = 0; n < rows; n++)
        for (size_t o = 0; o < out; o++) {
            real sum = layer->bias == NULL ? 0 : layer->bias->data[o];
            for (size_t i = 0; i < in; i++)
                sum += x[n * in + i] * layer->weight->data[i * out + o];
            y[n * out + o] = sum;
        }
}

/* y (N,C), each row with its own mean and biased variance */
static inline void plain_layer_norm(real *y, const real *x, size_t rows, const LayerNorm *layer)
{
    size_t width = layer->gain->size;
    for (size_t n = 0; n < rows; n++, x += width, y += width) {
        real mean = 0, variance = 0;
        for (size_t i = 0; i < width; i++)
            mean += x[i] / (real)width;
        for (size_t i = 0; i < width; i++)
            variance += pow(x[i] - mean, (real)2) / (real)width;
        for (size_t i = 0; i < width; i++)
            y[i] = layer->gain->data[i] * (x[i] - mean) / sqrt(variance + layer->epsilon) +
                   layer->bias->data[i];
    }
}

/* x Phi(x), or its tanh form written with the logistic function: (1 + tanh u) / 2 = sigmoid(2u) */
static inline real plain_gelu(real x, bool tanh_form)
{
    const real half = (real)0.5, cubic = (real)0.044715, sqrt_half = (real)0.70710678118654752440;
    const real two_sqrt_two_per_pi = (real)1.59576912160573071176;
    if (tanh_form)
        return x / (1 + exp(-two_sqrt_two_per_pi * (x + cubic * x * x * x)));
    return half * x * erfc(-x * sqrt_half);
}

static inline void plain_feed_forward(real *y, const real *x, size_t rows, const FeedForward *layer)
{
    size_t hidden = layer->up.weight->shape.dim[1];
    real *inner = plain_new(rows * hidden);
    plain_linear(inner, x, rows, &layer->up);
    for (size_t i = 0; i < rows * hidden; i++)
        inner[i] = plain_gelu(inner[i], layer->tanh_gelu);
    plain_linear(y, inner, rows, &layer->down);
}

/* Who may look where: query t of sequence b at key s. `lengths` holds one length a sequence, or is
 * NULL when none is padded. */
typedef struct {
    size_t batch, steps, keys; /* B, T, S */
    bool causal;
    const int *lengths;
} Sight;

static inline bool sight_allows(const Sight *sight, size_t b, size_t t, size_t s)
{
    return (!sight->causal || s <= t) && (sight->lengths == NULL || (int)s < sight->lengths[b]);
}

/* What head h of query t of sequence b brings home, into y (D): the values, weighted by the softmax
 * of query times key over sqrt(D). Nothing allowed brings zeros. q and kv hold packed rows of 3C. */
static inline void plain_head(real *y, const real *q, const real *kv, const Sight *sight, size_t b,
                              size_t h, size_t t, size_t width, size_t depth)
{
    const real *query = q + (b * sight->steps + t) * 3 * width + h * depth;
    real total = 0;
    for (size_t d = 0; d < depth; d++)
        y[d] = 0;
    for (size_t s = 0; s < sight->keys; s++) {
        const real *key = kv + (b * sight->keys + s) * 3 * width + width + h * depth;
        real score = 0;
        if (!sight_allows(sight, b, t, s))
            continue;
        for (size_t d = 0; d < depth; d++)
            score += query[d] * key[d];
        real weight = exp(score / sqrt((real)depth));
        total += weight;
        for (size_t d = 0; d < depth; d++)
            y[d] += weight * key[width + d]; /* the value stands a width after its key */
    }
    for (size_t d = 0; d < depth && total > 0; d++)
        y[d] /= total;
}

/* Queries from x (B,T,C), keys and values from memory (B,S,C), to y (B,T,C) */
static inline void plain_attention(real *y, const real *x, const real *memory, const Sight *sight,
                                   const Attention *layer)
{
    size_t width = layer->output.weight->shape.dim[0], depth = width / layer->heads;
    size_t rows = sight->batch * sight->steps, memory_rows = sight->batch * sight->keys;
    real *q = plain_new(rows * 3 * width), *kv = plain_new(memory_rows * 3 * width);
    real *mixed = plain_new(rows * width);
    plain_linear(q, x, rows, &layer->qkv);
    plain_linear(kv, memory, memory_rows, &layer->qkv);
    for (size_t b = 0; b < sight->batch; b++)
        for (size_t t = 0; t < sight->steps; t++)
            for (size_t h = 0; h < layer->heads; h++)
                plain_head(mixed + (b * sight->steps + t) * width + h * depth, q, kv, sight, b, h, t,
                           width, depth);
    plain_linear(y, mixed, rows, &layer->output);
}

/* y = y kept / (1 - rate), the mask drawn as the layers draw it: element by element, in order */
static inline void plain_dropout(real *y, size_t count, Random *random, real rate)
{
    for (size_t i = 0; random != NULL && i < count; i++)
        y[i] = random_uniform(random) < (double)rate ? 0 : y[i] / (1 - rate);
}

/* A block as chapter 13 writes it, over x itself; dropout NULL means none */
static inline void plain_block(real *y, const real *x, const Sight *sight, const Block *block,
                               Random *dropout, real rate)
{
    size_t rows = sight->batch * sight->steps, count = rows * block->norm1.gain->size;
    real *a = plain_new(count), *branch = plain_new(count), *middle = plain_new(count);
    if (!block->post_norm)
        plain_layer_norm(a, x, rows, &block->norm1);
    const real *seen = block->post_norm ? x : a;
    plain_attention(branch, seen, seen, sight, &block->attention);
    plain_dropout(branch, count, dropout, rate);
    for (size_t i = 0; i < count; i++)
        middle[i] = x[i] + branch[i];
    if (block->post_norm)
        plain_layer_norm(a, middle, rows, &block->norm1); /* the stream itself is normalised */
    else
        plain_layer_norm(a, middle, rows, &block->norm2);
    const real *stream = block->post_norm ? a : middle;
    plain_feed_forward(branch, a, rows, &block->mlp);
    plain_dropout(branch, count, dropout, rate);
    for (size_t i = 0; i < count; i++)
        y[i] = stream[i] + branch[i];
    if (block->post_norm)
        plain_layer_norm(y, y, rows, &block->norm2);
}

/* Every parameter drawn anew, far from its initial value, exact in float: normals of deviation 0.3,
 * gains around 1, so that no branch is nearly silent and no gain or bias could be lost unseen. */
static inline void plain_scramble(Parameters *list)
{
    for (int i = 0; i < list->count; i++) {
        Tensor *t = list->items[i].tensor;
        bool gain = t->shape.rank == 1 && t->data[0] == 1; /* still as layer_norm_make left it */
        for (size_t k = 0; k < t->size; k++)
            t->data[k] = (real)(float)((gain ? 1 : 0) + 0.3 * random_normal(gate_random()));
    }
}

#endif
