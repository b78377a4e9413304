/* model: GPT-2, assembled from layers. Taught in chapter 17.
 *
 *   x = wte[ids] + wpe[0..T)          (B,T,C)
 *   x = block(x), n_layer times       (B,T,C)
 *   logits = ln_f(x) wte^T            (B,T,V), the head tied to the embedding
 *
 * Parameters carry Hugging Face's names, in its order, so that checkpoints are read by others. */
#include "gpt2/gpt2.h"

#include <stdlib.h>
#include <string.h>

static void make_blocks(Gpt2 *model, const Config *config)
{
    const BlockSettings settings = {.width = config->n_embd,
                                    .heads = config->n_head,
                                    .epsilon = (real)config->layer_norm_epsilon,
                                    .tanh_gelu = config->tanh_gelu,
                                    .bias = config->bias};
    model->blocks = memory_calloc(config->n_layer, sizeof *model->blocks);
    for (size_t i = 0; i < config->n_layer; i++) {
        char name[PARAMETER_NAME_MAX];
        snprintf(name, sizeof name, "h.%zu", i);
        model->blocks[i] = block_make(&model->parameters, name, settings, NULL);
    }
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), wanted = strlen(end);
    return length >= wanted && strcmp(text + length - wanted, end) == 0;
}

/* GPT-2's initial values (Radford et al. 2019, section 2.3; deviations as in the published code).
 * Each residual branch adds variance to the stream: 2 n_layer of them, so each is scaled down. */
static void initialise(Gpt2 *model, uint64_t seed)
{
    const real deviation = (real)0.02;
    real residual = deviation / sqrt((real)(2 * model->config.n_layer));
    Random random = random_make(seed, 1);
    for (int i = 0; i < model->parameters.count; i++) {
        Parameter *p = &model->parameters.items[i];
        if (p->tensor->shape.rank == 2)
            parameter_normal(p->tensor, &random,
                             ends_with(p->name, "c_proj.weight") ? residual : deviation);
    }
}

Gpt2 *gpt2_make_empty(const Config *config)
{
    Error error = config_check(config);
    require(!error.failed, "gpt2_make: %s", error.text);
    Gpt2 *model = memory_calloc(1, sizeof *model);
    model->config = *config;
    model->tokens = embedding_make(&model->parameters, "wte", config->vocab_size, config->n_embd,
                                   NULL);
    model->positions = embedding_make(&model->parameters, "wpe", config->n_positions,
                                      config->n_embd, NULL);
    make_blocks(model, config);
    model->final_norm = layer_norm_make(&model->parameters, "ln_f", config->n_embd,
                                        (real)config->layer_norm_epsilon);
    model->head = config->tied ? model->tokens.table
                               : parameters_add(&model->parameters, "lm_head", "weight",
                                                shape2(config->vocab_size, config->n_embd));
    return model;
}

Gpt2 *gpt2_make(const Config *config, uint64_t seed)
{
    Gpt2 *model = gpt2_make_empty(config);
    initialise(model, seed);
    return model;
}

void gpt2_free(Gpt2 *model)
{
    if (model == NULL)
        return;
    parameters_free(&model->parameters);
    free(model->blocks);
    free(model);
}

void gpt2_set_plain(Gpt2 *model, bool plain)
{
    model->plain = plain;
    for (size_t i = 0; i < model->config.n_layer; i++)
        model->blocks[i].attention.plain = plain;
}

void gpt2_set_segment(Gpt2 *model, size_t blocks)
{
    model->segment = blocks;
}

size_t gpt2_segment_default(const Config *config)
{
    return (size_t)(sqrt((double)config->n_layer) + 0.5);
}

size_t gpt2_parameter_count(const Config *config)
{
    size_t c = config->n_embd, biases = config->bias ? 1 : 0;
    size_t norms = 2 * 2 * c;                         /* ln_1, ln_2: gain and bias */
    size_t attention = 4 * c * c + biases * 4 * c;    /* c_attn (C,3C), c_proj (C,C) */
    size_t mlp = 8 * c * c + biases * 5 * c;          /* c_fc (C,4C), c_proj (4C,C) */
    size_t tables = (config->vocab_size * (config->tied ? 1 : 2) + config->n_positions) * c;
    return tables + config->n_layer * (norms + attention + mlp) + 2 * c;
}

/* ---- forward ----------------------------------------------------------------------------------- */
/* Neighbouring blocks. */
typedef struct {
    const Gpt2 *model;
    size_t first, end;
    real rate;
} Stretch;

static Tensor *stretch_forward(Tensor *x, Random *dropout, const void *context)
{
    const Stretch *stretch = context;
    for (size_t i = stretch->first; i < stretch->end; i++)
        x = block_forward(&stretch->model->blocks[i], x, dropout, stretch->rate);
    return x;
}

/* All blocks. Without recording nobody comes back to what a block made: it is gone before the next
 * begins, and x, which is the caller's own, is written over. */
static Tensor *blocks_forward(const Gpt2 *model, Tensor *x, Random *dropout, real rate)
{
    bool recording = tape_recording();
    size_t layers = model->config.n_layer, kept = model->segment == 0 ? layers : model->segment;
    size_t step = recording ? kept : 1;
    for (size_t first = 0; first < layers; first += step) {
        Stretch *stretch = tape_alloc(sizeof *stretch);
        *stretch = (Stretch){model, first, first + step < layers ? first + step : layers, rate};
        if (!recording)
            segment_run(x, x, stretch_forward, stretch, dropout);
        else if (model->segment == 0)
            x = stretch_forward(x, dropout, stretch);
        else
            x = tensor_checkpoint(x, stretch_forward, stretch, dropout);
    }
    return x;
}

/* The hidden states before the head, (B,T,C). */
static Tensor *hidden_states(const Gpt2 *model, const int *ids, size_t b, size_t t,
                             Random *dropout, real rate)
{
    require(t >= 1 && t <= model->config.n_positions,
            "gpt2_forward: expected 1 to %zu positions, found %zu", model->config.n_positions, t);
    int *places = tape_alloc(t * sizeof *places);
    for (size_t i = 0; i < t; i++)
        places[i] = (int)i;
    Tensor *x = tensor_add(embedding_forward(&model->tokens, ids, shape2(b, t)),    /* (B,T,C) */
                           embedding_forward(&model->positions, places, shape1(t))); /* (T,C) */
    x = layer_dropout(x, dropout, rate);
    return layer_norm_forward(&model->final_norm, blocks_forward(model, x, dropout, rate));
}

Tensor *gpt2_forward(const Gpt2 *model, const int *ids, size_t b, size_t t, Random *dropout,
                     real rate)
{
    return tensor_tied_head(hidden_states(model, ids, b, t, dropout, rate), model->head);
}

Tensor *gpt2_loss(const Gpt2 *model, const int *ids, const int *targets, size_t b, size_t t,
                  Random *dropout, real rate)
{
    Tensor *x = hidden_states(model, ids, b, t, dropout, rate); /* (B,T,C) */
    if (model->plain)
        return tensor_cross_entropy(tensor_softmax(tensor_tied_head(x, model->head)), targets);
    return tensor_head_cross_entropy(x, model->head, targets);
}
