/* block: attention and MLP, each with a norm and a residual. Chapter 13.
 *
 *   pre-norm (GPT-2):  x = x + attention(norm1(x));  x = x + mlp(norm2(x))
 *   post-norm (2017):  x = norm1(x + attention(x));  x = norm2(x + mlp(x))
 * In the first, the sum x + ... is a road on which gradients reach every depth unchanged; in the
 * second, a norm stands on that road. Sources: Vaswani et al. 2017; Radford et al. 2019. */
#include "nn/nn.h"

Block block_make(Parameters *list, const char *name, BlockSettings settings, Random *random)
{
    char part[PARAMETER_NAME_MAX];
    Block block = {.post_norm = settings.post_norm};
    snprintf(part, sizeof part, "%s.ln_1", name);
    block.norm1 = layer_norm_make(list, part, settings.width, settings.epsilon);
    snprintf(part, sizeof part, "%s.attn", name);
    block.attention = attention_make(list, part, settings.width, settings.heads, settings.bias,
                                     random);
    block.attention.plain = settings.plain;
    snprintf(part, sizeof part, "%s.ln_2", name);
    block.norm2 = layer_norm_make(list, part, settings.width, settings.epsilon);
    snprintf(part, sizeof part, "%s.mlp", name);
    block.mlp = feed_forward_make(list, part, settings.width, 4 * settings.width,
                                  settings.tanh_gelu, settings.bias, random);
    return block;
}

Tensor *layer_dropout(Tensor *x, Random *random, real rate)
{
    if (random == NULL || rate == 0)
        return x;
    return tensor_dropout(x, dropout_mask(random, x->size, rate), rate);
}

/* What attends: causal self-attention, or self-attention under a given mask. */
typedef struct {
    bool causal;
    const bool *allowed;
    size_t masks;
    Random *dropout;
    real rate;
} Circumstances;

static Tensor *attend(const Block *block, Tensor *x, const Circumstances *how)
{
    Tensor *y = how->causal
                    ? attention_forward(&block->attention, x)
                    : attention_over(&block->attention, x, x, how->allowed, how->masks);
    return layer_dropout(y, how->dropout, how->rate);
}

static Tensor *forward(const Block *block, Tensor *x, const Circumstances *how)
{
    if (block->post_norm) {
        x = layer_norm_forward(&block->norm1, tensor_add(x, attend(block, x, how)));
        Tensor *y = layer_dropout(feed_forward(&block->mlp, x), how->dropout, how->rate);
        return layer_norm_forward(&block->norm2, tensor_add(x, y));
    }
    x = tensor_add(x, attend(block, layer_norm_forward(&block->norm1, x), how));
    Tensor *y = feed_forward(&block->mlp, layer_norm_forward(&block->norm2, x));
    return tensor_add(x, layer_dropout(y, how->dropout, how->rate));
}

Tensor *block_forward(const Block *block, Tensor *x, Random *dropout, real rate)
{
    const Circumstances how = {.causal = true, .dropout = dropout, .rate = rate};
    return forward(block, x, &how);
}

Tensor *block_forward_masked(const Block *block, Tensor *x, const bool *allowed, size_t masks)
{
    const Circumstances how = {.allowed = allowed, .masks = masks};
    return forward(block, x, &how);
}
