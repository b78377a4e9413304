/* layers: every layer of lib/nn/nn.h against tests/oracle/layers.py, made by its own maker. */
#include "parity.h"

static void make_linear(Case *c)
{
    c->layer.linear = linear_make(&c->list, "layer", 5, 7, c->kind->settings.bias, NULL);
}

static Tensor *linear(Case *c)
{
    return linear_forward(&c->layer.linear, c->in[0]);
}

static void make_norm(Case *c)
{
    c->layer.norm = layer_norm_make(&c->list, "layer", 7, (real)1e-5);
}

static Tensor *norm(Case *c)
{
    return layer_norm_forward(&c->layer.norm, c->in[0]);
}

static void make_embedding(Case *c)
{
    c->layer.embedding = embedding_make(&c->list, "layer", 11, 5, NULL);
}

static Tensor *embedding(Case *c)
{
    return embedding_forward(&c->layer.embedding, case_ids(c, "ids"), shape2(2, 3));
}

static void make_mlp(Case *c)
{
    const BlockSettings *s = &c->kind->settings;
    c->layer.mlp = feed_forward_make(&c->list, "layer", 5, 20, s->tanh_gelu, s->bias, NULL);
}

static Tensor *mlp(Case *c)
{
    return feed_forward(&c->layer.mlp, c->in[0]);
}

/* ---- attention and blocks ---------------------------------------------------------------------- */
static void make_attention(Case *c)
{
    const BlockSettings *s = &c->kind->settings;
    c->layer.attention = attention_make(&c->list, "layer", 12, s->heads, true, NULL);
    c->layer.attention.plain = s->plain;
}

/* The case's mask over x (B,T,C) and memory (B,S,C); NULL for none. */
static bool *mask_of(Case *c, const Tensor *x, const Tensor *memory)
{
    if (c->kind->mask == OPEN)
        return NULL;
    return mask_padding(tensor_dim(x, 0), tensor_dim(x, 1), tensor_dim(memory, 1),
                        case_ids(c, "lengths"), c->kind->mask == PADDED_CAUSAL);
}

static Tensor *attention(Case *c)
{
    Tensor *x = c->in[0], *memory = c->in[c->n - 1];
    if (c->kind->mask == CAUSAL)
        return attention_forward(&c->layer.attention, x);
    return attention_over(&c->layer.attention, x, memory, mask_of(c, x, memory), tensor_dim(x, 0));
}

static void make_block(Case *c)
{
    BlockSettings settings = c->kind->settings;
    settings.width = 12;
    settings.heads = 4;
    settings.epsilon = (real)1e-5;
    settings.bias = true;
    c->layer.block = block_make(&c->list, "layer", settings, NULL);
}

static Tensor *block(Case *c)
{
    Tensor *x = c->in[0];
    if (c->kind->mask == CAUSAL)
        return block_forward(&c->layer.block, x, NULL, 0);
    return block_forward_masked(&c->layer.block, x, mask_of(c, x, x), tensor_dim(x, 0));
}

#define ATTENTION(NAME, INPUTS, MASK, ...) \
    {NAME, .inputs = INPUTS, .make = make_attention, .forward = attention, .mask = MASK, \
     .settings = {__VA_ARGS__}}
#define BLOCK(NAME, MASK, ...) \
    {NAME, .inputs = 1, .make = make_block, .forward = block, .mask = MASK, .settings = {__VA_ARGS__}}

static const CaseKind kinds[] = {
    {"linear", .inputs = 1, .make = make_linear, .forward = linear, .settings = {.bias = true}},
    {"linear-no-bias", .inputs = 1, .make = make_linear, .forward = linear},
    {"layer-norm", .inputs = 1, .make = make_norm, .forward = norm},
    {"embedding", .make = make_embedding, .forward = embedding},
    {"mlp-tanh", .inputs = 1, .make = make_mlp, .forward = mlp,
     .settings = {.tanh_gelu = true, .bias = true}},
    {"mlp-erf", .inputs = 1, .make = make_mlp, .forward = mlp, .settings = {.bias = true}},
    {"mlp-no-bias", .inputs = 1, .make = make_mlp, .forward = mlp, .settings = {.tanh_gelu = true}},
    ATTENTION("attention-causal-1", 1, CAUSAL, .heads = 1),
    ATTENTION("attention-causal-4", 1, CAUSAL, .heads = 4),
    ATTENTION("attention-plain-1", 1, CAUSAL, .heads = 1, .plain = true),
    ATTENTION("attention-plain-4", 1, CAUSAL, .heads = 4, .plain = true),
    ATTENTION("attention-padded-1", 1, PADDED, .heads = 1),
    ATTENTION("attention-padded-4", 1, PADDED, .heads = 4),
    ATTENTION("attention-padded-causal-1", 1, PADDED_CAUSAL, .heads = 1),
    ATTENTION("attention-padded-causal-4", 1, PADDED_CAUSAL, .heads = 4),
    ATTENTION("attention-cross-1", 2, OPEN, .heads = 1),
    ATTENTION("attention-cross-4", 2, OPEN, .heads = 4),
    ATTENTION("attention-cross-padded-1", 2, PADDED, .heads = 1),
    ATTENTION("attention-cross-padded-4", 2, PADDED, .heads = 4),
    BLOCK("block-pre-norm", CAUSAL, .tanh_gelu = true),
    BLOCK("block-pre-norm-erf", CAUSAL, .tanh_gelu = false),
    BLOCK("block-post-norm", CAUSAL, .tanh_gelu = true, .post_norm = true),
    BLOCK("block-padded", PADDED, .tanh_gelu = true),
};

void layers_command(const Arguments *a)
{
    printf("layers in %s: result and the gradient of every input and parameter\n", REAL_NAME);
    cases_run(a->reference, kinds, sizeof kinds / sizeof *kinds, 1e-13);
}
