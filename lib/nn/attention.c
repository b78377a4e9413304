/* attention: the multi-head layer of chapter 12.
 *
 * One projection makes queries, keys and values side by side, as GPT-2's checkpoints store them;
 * heads attend; one projection mixes the heads. The fused op and the composition of one-op files
 * compute the same thing: chapter 12 and a test hold them together. */
#include "nn/nn.h"

Attention attention_make(Parameters *list, const char *name, size_t width, size_t heads, bool bias,
                         Random *random)
{
    require(heads > 0 && width % heads == 0,
            "attention_make: expected a width that %zu heads divide, found %zu", heads, width);
    char part[PARAMETER_NAME_MAX];
    Attention layer = {.heads = heads};
    snprintf(part, sizeof part, "%s.c_attn", name);
    layer.qkv = linear_make(list, part, width, 3 * width, bias, random);
    snprintf(part, sizeof part, "%s.c_proj", name);
    layer.output = linear_make(list, part, width, width, bias, random);
    return layer;
}

/* One third of the packed projection of x, split into heads: 0 queries, 1 keys, 2 values. */
static Tensor *third(Tensor *packed, size_t which, size_t heads)
{
    size_t width = tensor_dim(packed, -1) / 3;
    return tensor_split_heads(tensor_slice(packed, -1, which * width, (which + 1) * width), heads);
}

Tensor *attention_over(const Attention *layer, Tensor *x, Tensor *memory, const bool *allowed,
                       size_t masks)
{
    Tensor *from_x = linear_forward(&layer->qkv, x);
    Tensor *from_memory = memory == x ? from_x : linear_forward(&layer->qkv, memory);
    Tensor *queries = third(from_x, 0, layer->heads);    /* (B,H,T,D) */
    Tensor *keys = third(from_memory, 1, layer->heads);  /* (B,H,S,D) */
    Tensor *values = third(from_memory, 2, layer->heads);
    Tensor *scores = tensor_scores(queries, keys);       /* (B,H,T,S) */
    if (allowed != NULL)
        scores = tensor_mask(scores, allowed, masks);
    Tensor *mixed = tensor_mix(tensor_softmax(scores), values); /* (B,H,T,D) */
    return linear_forward(&layer->output, tensor_merge_heads(mixed));
}

Tensor *attention_forward(const Attention *layer, Tensor *x)
{
    size_t steps = tensor_dim(x, -2);
    if (layer->plain)
        return attention_over(layer, x, x, mask_causal(steps, steps), 1);
    Tensor *packed = linear_forward(&layer->qkv, x); /* (B,T,3C) */
    return linear_forward(&layer->output, tensor_attention(packed, layer->heads));
}
