/* norm: layer norm with its parameters; it starts as the plain normalisation. Chapter 09. */
#include "nn/nn.h"

LayerNorm layer_norm_make(Parameters *list, const char *name, size_t width, real epsilon)
{
    LayerNorm layer = {parameters_add(list, name, "weight", shape1(width)),
                       parameters_add(list, name, "bias", shape1(width)), epsilon};
    parameter_fill(layer.gain, 1);
    return layer;
}

Tensor *layer_norm_forward(const LayerNorm *layer, Tensor *x)
{
    return tensor_layer_norm(x, layer->gain, layer->bias, layer->epsilon);
}
