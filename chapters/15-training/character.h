/* character: a language model made of chapter 13's layers, for this chapter's loop, gate and program.
 * Ids go in, logits for the next id come out. It is what chapter 17 assembles as GPT-2, without that
 * chapter's options and files.
 *
 *   x = tokens[ids] + positions[0..T)    (B,T,C)
 *   x = block(x), `layers` times         (B,T,C)
 *   logits = norm(x) tokens^T            (B,T,V), the head tied to the table of tokens
 *
 * Letters: B batch, T time, C width, H heads, V vocabulary. */
#ifndef WENGERT_CHARACTER_H
#define WENGERT_CHARACTER_H

#include "nn/nn.h"

enum { CHARACTER_LAYERS_MAX = 4, CHARACTER_PARAMETERS_MAX = 4 + 12 * CHARACTER_LAYERS_MAX };

typedef struct {
    Parameters parameters; /* owns them all */
    Embedding tokens, positions;
    Block blocks[CHARACTER_LAYERS_MAX];
    size_t layers;
    LayerNorm norm;
    Tensor *list[CHARACTER_PARAMETERS_MAX]; /* the same parameters, as optimizers take them */
    int n;
} Character;

typedef struct {
    size_t layers, heads, width, vocabulary, context;
} CharacterSettings;

/* Into *model, which must not move afterwards: optimizers point at its list. Matrices begin normal
 * with deviation 0.02, those that close a residual branch smaller by sqrt(2 layers). */
static inline void character_make(Character *model, CharacterSettings settings, uint64_t seed)
{
    const real deviation = (real)0.02, epsilon = (real)1e-5;
    const BlockSettings block = {.width = settings.width, .heads = settings.heads,
                                 .epsilon = epsilon, .bias = true};
    Random random = random_make(seed, 0);
    require(settings.layers <= CHARACTER_LAYERS_MAX, "character_make: %zu layers are too many",
            settings.layers);
    *model = (Character){.layers = settings.layers};
    Parameters *list = &model->parameters;
    model->tokens = embedding_make(list, "tokens", settings.vocabulary, settings.width, &random);
    model->positions = embedding_make(list, "positions", settings.context, settings.width, &random);
    for (size_t i = 0; i < settings.layers; i++) {
        char name[PARAMETER_NAME_MAX];
        snprintf(name, sizeof name, "block.%zu", i);
        Block *at = &model->blocks[i];
        *at = block_make(list, name, block, &random);
        real closing = deviation / sqrt((real)(2 * settings.layers));
        parameter_normal(at->attention.qkv.weight, &random, deviation);
        parameter_normal(at->attention.output.weight, &random, closing);
        parameter_normal(at->mlp.up.weight, &random, deviation);
        parameter_normal(at->mlp.down.weight, &random, closing);
    }
    model->norm = layer_norm_make(list, "norm", settings.width, epsilon);
    for (model->n = 0; model->n < list->count; model->n++)
        model->list[model->n] = list->items[model->n].tensor;
}

static inline void character_free(Character *model)
{
    parameters_free(&model->parameters);
}

/* ids (B,T) to logits (B,T,V) */
static inline Tensor *character_forward(const Character *model, const int *ids, size_t b, size_t t)
{
    int *places = tape_alloc(t * sizeof *places);
    for (size_t i = 0; i < t; i++)
        places[i] = (int)i;
    Tensor *x = tensor_add(embedding_forward(&model->tokens, ids, shape2(b, t)),
                           embedding_forward(&model->positions, places, shape1(t)));
    for (size_t i = 0; i < model->layers; i++)
        x = block_forward(&model->blocks[i], x, NULL, 0);
    return tensor_tied_head(layer_norm_forward(&model->norm, x), model->tokens.table);
}

/* The mean cross-entropy, in nats, of the targets (B,T) that are not IGNORED; a scalar. */
static inline Tensor *character_loss(const Character *model, const int *ids, const int *targets,
                                     size_t b, size_t t)
{
    return tensor_softmax_cross_entropy(character_forward(model, ids, b, t), targets);
}

#endif
