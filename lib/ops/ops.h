/* ops/: one file per operation, forward and backward side by side. The room's table of contents.
 *
 * Every operation takes tensors and returns a new one on the tape (see tensor.h: it dies with the
 * mark; the caller frees nothing). A shape that does not fit stops with the operation, the shapes
 * found and what was expected. "..." stands for any leading axes, none included. ids, targets and
 * masks are copied. The formulas' sources are the derivation boxes of the chapters named here.
 */
#ifndef WENGERT_OPS_H
#define WENGERT_OPS_H

#include "tensor/tensor.h"

/* ---- chapter 06: elementwise ------------------------------------------------------------------
 * Two operands broadcast; one operand keeps its shape. */
Tensor *tensor_add(Tensor *a, Tensor *b);
Tensor *tensor_sub(Tensor *a, Tensor *b);
Tensor *tensor_mul(Tensor *a, Tensor *b);
Tensor *tensor_div(Tensor *a, Tensor *b);
Tensor *tensor_scale(Tensor *x, real by);
Tensor *tensor_exp(Tensor *x);
Tensor *tensor_log(Tensor *x);
Tensor *tensor_tanh(Tensor *x);
Tensor *tensor_sigmoid(Tensor *x);
Tensor *tensor_relu(Tensor *x);      /* derivative 0 at 0 */
Tensor *tensor_gelu(Tensor *x);      /* x Phi(x), with erf; Hendrycks and Gimpel 2016 */
Tensor *tensor_gelu_tanh(Tensor *x); /* its tanh approximation, GPT-2's "gelu_new" */
Tensor *tensor_silu(Tensor *x);      /* x sigmoid(x) */
/* Keeps x[i] / (1 - rate) where kept[i], else 0. kept has x->size elements; 0 <= rate < 1. */
Tensor *tensor_dropout(Tensor *x, const bool *kept, real rate);
/* A mask for it, on the tape: each element kept with probability 1 - rate. */
bool *dropout_mask(Random *random, size_t size, real rate);

/* ---- chapter 07: linear algebra --------------------------------------------------------------- */
/* (...,M,K) by (K,N), or by (...,K,N) with the same leading axes, gives (...,M,N). */
Tensor *tensor_matmul(Tensor *a, Tensor *b);
/* x (...,I), weight (I,O), bias (O) or NULL gives x weight + bias (...,O). */
Tensor *tensor_linear(Tensor *x, Tensor *weight, Tensor *bias);
/* Over one axis, which disappears, or over ALL_AXES, which gives a scalar. */
Tensor *tensor_sum(Tensor *x, int axis);
Tensor *tensor_mean(Tensor *x, int axis);
Tensor *tensor_transpose(Tensor *x);               /* swaps the last two axes; copies */
Tensor *tensor_reshape(Tensor *x, Shape shape);    /* same elements; shares x's memory */
Tensor *tensor_permute(Tensor *x, const int *axes); /* axis i of the result is axes[i] of x; copies */
Tensor *tensor_slice(Tensor *x, int axis, size_t begin, size_t end); /* [begin, end); copies */
Tensor *tensor_concat(Tensor *const *parts, int n, int axis);

/* ---- chapter 08: loss -------------------------------------------------------------------------- */
/* A target that takes no part in a loss. */
enum { IGNORED = -1 };
Tensor *tensor_softmax(Tensor *x);     /* over the last axis; a row of minus infinities gives zeros */
Tensor *tensor_log_softmax(Tensor *x); /* its logarithm, without computing it first */
/* The mean of -log p[row, target[row]] over the rows of p (...,V) whose target is not IGNORED;
 * 0 when all are. targets has one entry a row, each IGNORED or in [0, V). */
Tensor *tensor_cross_entropy(Tensor *p, const int *targets);
/* The same from logits, fused with their softmax: finite where the composition overflows. */
Tensor *tensor_softmax_cross_entropy(Tensor *logits, const int *targets);
/* For other operations: p = softmax(x) of one row; p may be x. Returns log sum exp(x) = max + rest
 * in its two parts: logits near 1000 leave no room in a float for the digits of the rest. */
typedef struct {
    real max, rest;
} LogSum;
LogSum softmax_row(real *p, const real *x, size_t n);
LogSum log_sum_row(const real *x, size_t n); /* the same without p */

/* ---- chapter 09: normalisation ------------------------------------------------------------------
 * Over the last axis; x (...,C), gain (C), bias (C). */
Tensor *tensor_layer_norm(Tensor *x, Tensor *gain, Tensor *bias, real epsilon);
Tensor *tensor_rms_norm(Tensor *x, Tensor *gain, real epsilon);

/* ---- chapter 10: embeddings ---------------------------------------------------------------------*/
/* Rows of table (V,C): `shape` of ids, each in [0, V), gives shape x C. */
Tensor *tensor_embedding(Tensor *table, const int *ids, Shape shape);
/* Logits of a head that shares the embedding's table: x (...,C), table (V,C) gives (...,V). */
Tensor *tensor_tied_head(Tensor *x, Tensor *table);
/* The mean cross-entropy of those logits, as tensor_softmax_cross_entropy has it, without ever
 * storing more of them than those of 1,024 rows. Chapter 20. In chunks of so many rows: for gates. */
Tensor *tensor_head_cross_entropy(Tensor *x, Tensor *table, const int *targets);
Tensor *head_cross_entropy_in_chunks(Tensor *x, Tensor *table, const int *targets, size_t chunk);
/* Rotary positions (Su et al. 2021): in x (...,T,D), D even, pair (2i, 2i+1) of position t is turned
 * by t * 10000^(-2i/D). */
Tensor *tensor_rope(Tensor *x);
/* Sinusoidal positions (Vaswani et al. 2017), table (T,C): sin and cos of t * 10000^(-2i/C) at
 * columns 2i and 2i+1. No gradient flows here. */
void sinusoid_fill(real *table, size_t positions, size_t width);

/* ---- chapter 12: attention ----------------------------------------------------------------------*/
/* (B,T,C) to (B,H,T,C/H), and back. */
Tensor *tensor_split_heads(Tensor *x, size_t heads);
Tensor *tensor_merge_heads(Tensor *x);
/* queries (...,T,D), keys (...,S,D) gives q k / sqrt(D) (...,T,S). */
Tensor *tensor_scores(Tensor *queries, Tensor *keys);
/* Minus infinity where a key is not allowed. scores (...,T,S); allowed holds `masks` masks of (T,S):
 * 1 for all leading axes alike, or one for each index of the first axis. */
Tensor *tensor_mask(Tensor *scores, const bool *allowed, size_t masks);
/* Masks on the tape: causal (T,S), key s allowed for query t when s <= t; padding (B,T,S), key s of
 * sequence b allowed when s < lengths[b], and causal too when asked. */
bool *mask_causal(size_t t, size_t s);
bool *mask_padding(size_t b, size_t t, size_t s, const int *lengths, bool causal);
/* p (...,T,S), values (...,S,D) gives the mixture p v (...,T,D). */
Tensor *tensor_mix(Tensor *p, Tensor *values);
/* The five above in one, causal, straight from packed queries, keys and values: qkv (B,T,3C) gives
 * (B,T,C), C divisible by heads. Memory grows as T: scores and probabilities are made by tiles. */
Tensor *tensor_attention(Tensor *qkv, size_t heads);
/* The same by tiles of other sizes, for tests of their edges: 1 to ATTENTION_QUERIES queries against
 * 1 to ATTENTION_KEYS keys. Those are tensor_attention's own: 96 KB a tile, in either precision. */
enum { ATTENTION_QUERIES = 128, ATTENTION_KEYS = 768 / sizeof(real) };
typedef struct {
    size_t queries, keys;
} Tiles;
Tensor *tensor_attention_tiled(Tensor *qkv, size_t heads, Tiles tiles);
/* For tensor_attention and the key-value cache: one head, whose query t sees keys 0 to past + t. A
 * row's bits depend on its query, the keys and values that it sees and tiles.keys, and on no other
 * query (up to a depth of 768: see gemm). Scores must be finite. */
typedef struct {
    const real *q, *k, *v;         /* (queries,D), (past + queries,D) twice */
    size_t q_row, kv_row, out_row; /* elements from a row to the next */
    size_t queries, past, depth;
    Tiles tiles;
    real *out;                     /* (queries,D) */
    LogSum *log_sums;              /* of each query's scores; or NULL */
} AttentionRows;
void attention_rows(const AttentionRows *rows);

#endif
