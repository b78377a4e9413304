/* What the files of chapter 12's gate share: what is close, attention by plain loops, multi-head
 * attention, and the rows, each function in the file under whose name it stands. A row draws from
 * the gate's one stream of random numbers, so the order in which gate.c calls them is part of what
 * they print. */
#ifndef WENGERT_GATE_12_H
#define WENGERT_GATE_12_H

#include "ops/ops.h"

enum { FLOAT = sizeof(real) == sizeof(float) };
/* For what is exact but for rounding. */
static const double CLOSE = FLOAT ? 1e-5 : 1e-12;

/* gate.c */
/* Worst |a - b| by the largest |b|; infinite for NaN. */
double farthest(const real *a, const real *b, size_t count);

/* gate_heads.c */
void check_heads(void);

/* gate_pairs.c */
void check_pairs(void);

/* gate_mask.c */
void check_masks(void);

/* gate_plain.c */
/* Rows of a matrix that may stand inside a wider one: element (i,c) is at[i * row + c]. */
typedef struct {
    const real *at;
    size_t row;
} Rows;

typedef struct {
    size_t queries, keys, heads, depth;
} Sizes;

/* One sequence: out (T,C) from q (T,C), k and v (S,C); allowed (T,S), NULL when every key is. */
void plain_attention(real *out, Rows q, Rows k, Rows v, Sizes z, const bool *allowed);

/* gate_attention.c */
void check_attentions(void);
void check_rows_alone(void); /* queries in pieces, and one by one */

/* gate_multihead.c */
/* in: x (B,T,C), the memory (B,S,C) that gives keys and values, and four weights (C,C) with their
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

/* Of in[0] and, where a memory is another, in[1]; then the weights. The context is a MultiHead. */
Tensor *multihead_forward(Tensor *const *in, const void *context);
/* Every weight, drawn anew: w[WQ], w[BQ] and so on. */
void fill_weights(Tensor **w, size_t width);
void check_multiheads(void);
/* The fused op and its parts, packed into one weight, forwards and gradients. */
void check_fused(size_t steps, size_t width, size_t heads);

/* gate_by_hand.c */
void check_scores_sanity(void);
void check_mix_sanity(void);
void check_softmax_sanity(void);
void check_packed_sanity(void);
void check_tiled_sanity(void);

/* gate_claims.c */
void check_order(void);
void check_key_bias(void);
void check_future(void);

#endif
