/* nn/: layers made of operations. This header is the room's table of contents.
 *
 *   parameters.c  the list of named parameters that owns them all
 *   linear.c      x W + b
 *   norm.c        layer norm with its gain and bias
 *   embedding.c   a table of rows
 *   attention.c   multi-head attention: fused or from one-op files, causal, padded or cross
 *   mlp.c         the block's two-layer network
 *   block.c       pre-norm and post-norm blocks with residuals
 *
 * Taught in chapters 07 to 13. A layer is a small struct of pointers to parameters that a Parameters
 * list owns; making a layer adds its parameters to the list, under a name that begins as given.
 * Letters: B batch, T time, S time of the memory, C width, H heads, D = C/H depth.
 */
#ifndef WENGERT_NN_H
#define WENGERT_NN_H

#include "ops/ops.h"

/* ---- parameters -------------------------------------------------------------------------------- */
enum { PARAMETER_NAME_MAX = 80 };
typedef struct {
    char name[PARAMETER_NAME_MAX];
    Tensor *tensor;
} Parameter;

/* Starts as {0}. Owns its tensors; parameters_free frees them and empties the list. */
typedef struct {
    Parameter *items;
    int count, capacity;
} Parameters;

/* A new parameter, zeroed, under the name "PREFIX.NAME" (or NAME when prefix is ""). */
Tensor *parameters_add(Parameters *list, const char *prefix, const char *name, Shape shape);
Tensor *parameters_find(const Parameters *list, const char *name); /* NULL when there is none */
size_t parameters_elements(const Parameters *list);
void parameters_zero_grad(Parameters *list);
void parameters_free(Parameters *list);

/* Initial values: normal of mean 0 and this deviation; one constant. Where the makers below pass on a
 * random that is NULL nothing is drawn and weights stay 0: for those that are about to be filled. */
void parameter_normal(Tensor *parameter, Random *random, real deviation);
void parameter_fill(Tensor *parameter, real value);

/* ---- linear ------------------------------------------------------------------------------------ */
typedef struct {
    Tensor *weight; /* (I,O) */
    Tensor *bias;   /* (O), or NULL */
} Linear;

/* "NAME.weight" and, with bias, "NAME.bias": weights normal of deviation 1/sqrt(I), bias 0. */
Linear linear_make(Parameters *list, const char *name, size_t in, size_t out, bool bias,
                   Random *random);
Tensor *linear_forward(const Linear *layer, Tensor *x); /* (...,I) to (...,O) */

/* ---- layer norm -------------------------------------------------------------------------------- */
typedef struct {
    Tensor *gain, *bias; /* (C), called weight and bias as in GPT-2's checkpoints */
    real epsilon;
} LayerNorm;

LayerNorm layer_norm_make(Parameters *list, const char *name, size_t width, real epsilon);
Tensor *layer_norm_forward(const LayerNorm *layer, Tensor *x);

/* ---- embedding --------------------------------------------------------------------------------- */
typedef struct {
    Tensor *table; /* (V,C), "NAME.weight" */
} Embedding;

/* Normal of deviation 0.02. */
Embedding embedding_make(Parameters *list, const char *name, size_t rows, size_t width,
                         Random *random);
Tensor *embedding_forward(const Embedding *layer, const int *ids, Shape shape);

/* ---- attention --------------------------------------------------------------------------------- */
typedef struct {
    Linear qkv;    /* (C,3C), "NAME.c_attn" */
    Linear output; /* (C,C), "NAME.c_proj" */
    size_t heads;
    bool plain;    /* causal self-attention from one-op files rather than the fused op */
} Attention;

Attention attention_make(Parameters *list, const char *name, size_t width, size_t heads, bool bias,
                         Random *random);
/* Causal self-attention, x (B,T,C) to (B,T,C): fused, or from the one-op files when `plain`. */
Tensor *attention_forward(const Attention *layer, Tensor *x);
/* Queries from x (B,T,C), keys and values from memory (B,S,C) (x itself for self-attention).
 * `allowed` is NULL for no mask, else `masks` masks of (T,S) as tensor_mask takes them. */
Tensor *attention_over(const Attention *layer, Tensor *x, Tensor *memory, const bool *allowed,
                       size_t masks);

/* ---- mlp --------------------------------------------------------------------------------------- */
typedef struct {
    Linear up;   /* (C,4C), "NAME.c_fc" */
    Linear down; /* (4C,C), "NAME.c_proj" */
    bool tanh_gelu;
} FeedForward;

FeedForward feed_forward_make(Parameters *list, const char *name, size_t width, size_t hidden,
                              bool tanh_gelu, bool bias, Random *random);
Tensor *feed_forward(const FeedForward *layer, Tensor *x);

/* ---- block ------------------------------------------------------------------------------------- */
typedef struct {
    LayerNorm norm1, norm2; /* "NAME.ln_1", "NAME.ln_2" */
    Attention attention;    /* "NAME.attn" */
    FeedForward mlp;        /* "NAME.mlp" */
    bool post_norm;         /* norm after each residual (2017) rather than before each branch */
} Block;

typedef struct {
    size_t width, heads;
    real epsilon;
    bool tanh_gelu, bias, plain, post_norm;
} BlockSettings;

Block block_make(Parameters *list, const char *name, BlockSettings settings, Random *random);
/* Causal, (B,T,C) to (B,T,C). Dropout at `rate` after attention and MLP, masks drawn from `dropout`;
 * NULL means none. */
Tensor *block_forward(const Block *block, Tensor *x, Random *dropout, real rate);
/* The same with attention under any mask, or none (NULL), over x itself: an encoder's block. */
Tensor *block_forward_masked(const Block *block, Tensor *x, const bool *allowed, size_t masks);

/* Dropout as layers use it: x itself when random is NULL or the rate is 0. */
Tensor *layer_dropout(Tensor *x, Random *random, real rate);

#endif
