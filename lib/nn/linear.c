/* linear: the layer x W + b. Chapter 07. */
#include "nn/nn.h"

Linear linear_make(Parameters *list, const char *name, size_t in, size_t out, bool bias,
                   Random *random)
{
    Linear layer = {.weight = parameters_add(list, name, "weight", shape2(in, out))};
    if (bias)
        layer.bias = parameters_add(list, name, "bias", shape1(out));
    /* Deviation 1/sqrt(I): a sum of I products of variance 1/I keeps the variance of x. */
    parameter_normal(layer.weight, random, 1 / sqrt((real)in));
    return layer;
}

Tensor *linear_forward(const Linear *layer, Tensor *x)
{
    return tensor_linear(x, layer->weight, layer->bias);
}
