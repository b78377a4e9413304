/* What the files of chapter 13's gate share: a row's layers and how they are checked, the library's
 * mask of a Sight, and the rows, each function in the file under whose name it stands. A row draws
 * from the gate's one stream of random numbers, so the order in which gate.c calls them is part of
 * what they print. */
#ifndef WENGERT_GATE_13_H
#define WENGERT_GATE_13_H

#include "plain.h"

/* gate.c */
/* What a row is about: some of these layers, and their circumstances. */
typedef struct {
    Parameters parameters;
    Linear linear, second;
    LayerNorm norm[3];
    Embedding embedding;
    Attention attention, cross;
    FeedForward mlp;
    Block blocks[2];
    Sight sight;
    const int *ids;
    Random dropout;
    real rate;
} Parts;

typedef Tensor *(*Forward)(Tensor *const *in, const void *context);
typedef void (*Reference)(real *out, Tensor *const *in, const void *context);

/* Every norm's: large, so that a row of small variance does not bend the loss more than a
 * five-point difference can follow, and so that another epsilon in its place would show. */
static const real EPSILON = (real)0.1;

/* Checks data[0..n) and every parameter of `parts`, which are freed. At this step truncation and
 * rounding weigh the same over the seeds that were tried. */
void check_parts(const char *name, Parts *parts, int n, Tensor *const *data, Shape shape,
                 Forward forward, Reference reference);

/* For layers' initial values, which plain_scramble overwrites. */
Random *initial(void);

/* The mask that a Sight stands for, as the library makes it; NULL when everything is allowed. */
const bool *sight_mask(const Sight *sight);
size_t sight_masks(const Sight *sight);

/* The rows' usual block: C = 6, H = 2; without biases when it is post-norm, so that both are
 * seen. */
BlockSettings block_settings(bool post_norm);

/* For what is exact but for rounding. */
double rounding(void);

/* From `out`, with an upstream of normal numbers that this seed draws. */
void backward_randomly(Tensor *out, uint64_t seed);

/* gate_layers.c */
void check_linear(const char *name, bool bias);
void check_layer_norm(void);
void check_embedding(void);
void check_feed_forward(const char *name, bool tanh_gelu, bool bias);
void check_residual(void);
/* x + W2 gelu(W1 norm(x) + b1) + b2, spelled out in layers: half a block, end to end. */
Tensor *run_half_block(Tensor *const *in, const void *context);
void check_half_block(void);

/* gate_attention.c */
void check_all_attention(void);
void check_fused_against_plain(void);

/* gate_blocks.c */
void check_all_blocks(void);
void check_settings(void);
void check_looks_not_ahead(void);
void check_highway(void);

/* gate_models.c */
void check_encoder(void);
void check_decoder(void);

/* gate_parameters.c */
void check_names(void);
void check_initial_values(void);

/* gate_by_hand.c */
void check_by_hand(void);
void check_attention_by_hand(void);
void check_half_block_by_hand(void);

#endif
