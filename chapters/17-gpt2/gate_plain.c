/* GPT-2 by its definition, in loops over single numbers. */
#include "gate.h"

#include <string.h>

Tensor *named(const Gpt2 *model, int layer, const char *part)
{
    char name[PARAMETER_NAME_MAX];
    if (layer < 0)
        snprintf(name, sizeof name, "%s", part);
    else
        snprintf(name, sizeof name, "h.%d.%s", layer, part);
    return parameters_find(&model->parameters, name);
}

static Block block_named(const Gpt2 *model, int layer)
{
    const Config *config = &model->config;
    real epsilon = (real)config->layer_norm_epsilon;
    return (Block){
        .norm1 = {named(model, layer, "ln_1.weight"), named(model, layer, "ln_1.bias"), epsilon},
        .norm2 = {named(model, layer, "ln_2.weight"), named(model, layer, "ln_2.bias"), epsilon},
        .attention = {.qkv = {named(model, layer, "attn.c_attn.weight"),
                              named(model, layer, "attn.c_attn.bias")},
                      .output = {named(model, layer, "attn.c_proj.weight"),
                                 named(model, layer, "attn.c_proj.bias")},
                      .heads = config->n_head},
        .mlp = {.up = {named(model, layer, "mlp.c_fc.weight"),
                       named(model, layer, "mlp.c_fc.bias")},
                .down = {named(model, layer, "mlp.c_proj.weight"),
                         named(model, layer, "mlp.c_proj.bias")},
                .tanh_gelu = config->tanh_gelu}};
}

/* wte[id] + wpe[t], the blocks, ln_f: hidden (B,T,C) */
static void plain_hidden(real *hidden, const Gpt2 *model, Random *dropout, real rate)
{
    const Tensor *tokens = named(model, -1, "wte.weight"), *places = named(model, -1, "wpe.weight");
    const LayerNorm last = {named(model, -1, "ln_f.weight"), named(model, -1, "ln_f.bias"),
                            (real)model->config.layer_norm_epsilon};
    const Sight sight = {.batch = B, .steps = T, .keys = T, .causal = true};
    real *x = plain_new(B * T * C), *y = plain_new(B * T * C);
    for (size_t n = 0; n < B * T; n++)
        for (size_t c = 0; c < C; c++)
            x[n * C + c] = tokens->data[(size_t)ids[n] * C + c] + places->data[n % T * C + c];
    plain_dropout(x, B * T * C, dropout, rate);
    for (int layer = 0; layer < (int)model->config.n_layer; layer++) {
        Block block = block_named(model, layer);
        plain_block(y, x, &sight, &block, dropout, rate);
        memcpy(x, y, B * T * C * sizeof *x);
    }
    plain_layer_norm(hidden, x, B * T, &last);
}

void plain_logits(real *logits, const Gpt2 *model, Random *dropout, real rate)
{
    const Tensor *head = named(model, -1, model->config.tied ? "wte.weight" : "lm_head.weight");
    real *hidden = plain_new(B * T * C);
    plain_hidden(hidden, model, dropout, rate);
    for (size_t n = 0; n < B * T; n++)
        for (size_t v = 0; v < V; v++) {
            logits[n * V + v] = 0;
            for (size_t c = 0; c < C; c++)
                logits[n * V + v] += hidden[n * C + c] * head->data[v * C + c];
        }
}

real plain_loss(const Gpt2 *model)
{
    real *logits = plain_new(B * T * V), sum = 0, counted = 0;
    plain_logits(logits, model, NULL, 0);
    for (size_t n = 0; n < B * T; n++) {
        real total = 0;
        for (size_t v = 0; v < V; v++)
            total += exp(logits[n * V + v]);
        if (targets[n] == IGNORED)
            continue;
        sum += log(total / exp(logits[n * V + (size_t)targets[n]]));
        counted += 1;
    }
    return sum / counted;
}
