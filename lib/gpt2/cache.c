/* cache: the keys and values of the positions read so far, so that a new id costs one position and
 * not all of them. Derived in chapter 18.
 *
 *   Causality: what the blocks compute at position t depends on the ids 0 to t alone. So when ids
 *   are appended, every key and value of an earlier position stays what it was; new positions need
 *   only their own queries, keys and values, and those kept here.
 * Each sum runs in the order in which gpt2_forward has it, attention being the same routine, so the
 * logits are the same bits (for heads of up to 768 elements: see gemm). Letters: T new positions,
 * C width, H heads, D = C/H, P n_positions, V vocabulary. */
#include "gpt2/gpt2.h"

#include <stdlib.h>
#include <string.h>

Cache *cache_make(const Gpt2 *model)
{
    const Config *config = &model->config;
    Cache *cache = memory_alloc(sizeof *cache);
    size_t bytes = config->n_layer * config->n_positions * config->n_embd * sizeof(real);
    *cache = (Cache){.model = model, .keys = memory_alloc(bytes), .values = memory_alloc(bytes)};
    return cache;
}

void cache_free(Cache *cache)
{
    if (cache == NULL)
        return;
    free(cache->keys);
    free(cache->values);
    free(cache);
}

void cache_truncate(Cache *cache, size_t length)
{
    require(length <= cache->length, "cache_truncate: expected at most the %zu positions held, "
            "found %zu", cache->length, length);
    cache->length = length;
}

/* ---- attention over what is kept ------------------------------------------------------------- */
typedef struct {
    const Cache *cache;
    size_t layer, t;
    const real *qkv; /* (T,3C) */
    real *out;       /* (T,C) */
} Step;

/* Keeps the new positions' keys and values; each new query looks at all up to its own. */
static void attend_heads(size_t begin, size_t end, void *context)
{
    const Step *z = context;
    const Config *config = &z->cache->model->config;
    size_t heads = config->n_head, c = config->n_embd, d = c / heads, row = 3 * c;
    size_t past = z->cache->length;
    for (size_t h = begin; h < end; h++) {
        size_t place = (z->layer * heads + h) * config->n_positions * d;
        real *keys = z->cache->keys + place, *values = z->cache->values + place; /* (P,D) */
        const real *q = z->qkv + h * d;
        for (size_t t = 0; t < z->t; t++) {
            memcpy(keys + (past + t) * d, q + t * row + c, d * sizeof *keys);
            memcpy(values + (past + t) * d, q + t * row + 2 * c, d * sizeof *values);
        }
        attention_rows(&(AttentionRows){.q = q, .k = keys, .v = values, .q_row = row, .kv_row = d,
                                        .queries = z->t, .past = past, .depth = d,
                                        .tiles = {ATTENTION_QUERIES, ATTENTION_KEYS},
                                        .out = z->out + h * d, .out_row = c});
    }
}

/* Fewer products than this are done before another thread has woken up. */
enum { WORTH_A_THREAD = 1 << 16 };

static Tensor *attend(const Cache *cache, size_t layer, const Tensor *qkv)
{
    size_t t = tensor_dim(qkv, 0), s = cache->length + t, heads = cache->model->config.n_head;
    Tensor *out = tensor_new(shape2(t, cache->model->config.n_embd));
    Step step = {cache, layer, t, qkv->data, out->data};
    bool small = 2 * t * s * cache->model->config.n_embd < WORTH_A_THREAD;
    parallel_for(heads, small ? heads : 1, attend_heads, &step);
    return out;
}

typedef struct {
    const Cache *cache;
    size_t layer;
} Place;

/* block_forward (nn/block.c) without dropout, for T new positions: a segment, x (T,C). */
static Tensor *extend_block(Tensor *x, Random *dropout, const void *context)
{
    const Place *place = context;
    const Block *block = &place->cache->model->blocks[place->layer];
    (void)dropout;
    Tensor *qkv = linear_forward(&block->attention.qkv, layer_norm_forward(&block->norm1, x));
    Tensor *mixed = attend(place->cache, place->layer, qkv); /* (T,C) */
    x = tensor_add(x, linear_forward(&block->attention.output, mixed));
    return tensor_add(x, feed_forward(&block->mlp, layer_norm_forward(&block->norm2, x)));
}

/* ---- the model over new positions ------------------------------------------------------------ */
static Tensor *embed(const Cache *cache, const int *ids, size_t n)
{
    const Gpt2 *model = cache->model;
    int *places = tape_alloc(n * sizeof *places);
    for (size_t i = 0; i < n; i++)
        places[i] = (int)(cache->length + i);
    return tensor_add(embedding_forward(&model->tokens, ids, shape1(n)),
                      embedding_forward(&model->positions, places, shape1(n))); /* (T,C) */
}

Tensor *gpt2_extend(Cache *cache, const int *ids, size_t n, size_t last)
{
    const Gpt2 *model = cache->model;
    require(n >= 1 && cache->length + n <= model->config.n_positions,
            "gpt2_extend: expected 1 to %zu more positions, found %zu",
            model->config.n_positions - cache->length, n);
    require(last >= 1 && last <= n, "gpt2_extend: expected logits of 1 to %zu positions, found %zu",
            n, last);
    bool recording = tape_set_recording(false);
    Tensor *logits = tensor_new(shape2(last, model->config.vocab_size));
    TapeMark mark = tape_mark();
    Tensor *x = embed(cache, ids, n);
    for (size_t layer = 0; layer < model->config.n_layer; layer++)
        segment_run(x, x, extend_block, &(Place){cache, layer}, NULL);
    x = layer_norm_forward(&model->final_norm, tensor_slice(x, 0, n - last, n));
    const Tensor *y = tensor_tied_head(x, model->head); /* (last,V) */
    memcpy(logits->data, y->data, logits->size * sizeof *logits->data);
    tape_release(mark);
    tape_set_recording(recording);
    cache->length += n;
    return logits;
}

/* ---- a text that grows past the context ------------------------------------------------------ */
size_t window_begin(size_t n, size_t positions)
{
    size_t step = positions > 1 ? positions / 2 : 1;
    return n <= positions ? 0 : (n - positions + step - 1) / step * step;
}

Tensor *cache_follow(Cache *cache, const int *ids, size_t n, size_t last)
{
    size_t begin = window_begin(n, cache->model->config.n_positions);
    if (begin != cache->begin) {
        cache->length = 0; /* every id stands at another position now */
        cache->begin = begin;
    }
    size_t known = begin + cache->length;
    require(known < n, "cache_follow: expected a text longer than the %zu ids read, found %zu",
            known, n);
    return gpt2_extend(cache, ids + known, n - known, last);
}

void cache_forget(Cache *cache, size_t n)
{
    size_t left = n > cache->begin ? n - cache->begin : 0;
    if (left < cache->length)
        cache_truncate(cache, left);
}
