/* mlp: the block's network, up to four times the width, a GELU, and down again. Chapter 13. */
#include "nn/nn.h"

FeedForward feed_forward_make(Parameters *list, const char *name, size_t width, size_t hidden,
                              bool tanh_gelu, bool bias, Random *random)
{
    char part[PARAMETER_NAME_MAX];
    FeedForward layer = {.tanh_gelu = tanh_gelu};
    snprintf(part, sizeof part, "%s.c_fc", name);
    layer.up = linear_make(list, part, width, hidden, bias, random);
    snprintf(part, sizeof part, "%s.c_proj", name);
    layer.down = linear_make(list, part, hidden, width, bias, random);
    return layer;
}

Tensor *feed_forward(const FeedForward *layer, Tensor *x)
{
    Tensor *hidden = linear_forward(&layer->up, x);
    Tensor *active = layer->tanh_gelu ? tensor_gelu_tanh(hidden) : tensor_gelu(hidden);
    return linear_forward(&layer->down, active);
}
