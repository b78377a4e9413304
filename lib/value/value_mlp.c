/* value_mlp: layers one after the other, a multi-layer perceptron. Taught in chapter 04.
 *
 * The network owns three arrays: its layers, their neurons, and all the parameters in one list, in
 * the order layer, neuron, weights, bias. The parameters are leaves outside the pool, so that they
 * outlive every step's graph; value_mlp_free gives everything back. */
#include "value/value.h"

#include <stdlib.h>

static void layer_initialise(ValueLayer *layer, Random *random)
{
    bool relu = layer->neurons[0].activation == VALUE_RELU;
    double deviation = sqrt((relu ? 2.0 : 1.0) / (double)layer->inputs);
    for (size_t n = 0; n < layer->outputs; n++) {
        Value *parameters = layer->neurons[n].parameters;
        for (size_t i = 0; i < layer->inputs; i++)
            parameters[i] = value_parameter((real)(deviation * random_normal(random)));
        parameters[layer->inputs] = value_parameter(0);
    }
}

static void count_parts(const size_t *sizes, size_t layer_count, size_t *neurons,
                        size_t *parameters)
{
    require(layer_count > 0 && sizes[0] > 0, "value_mlp_make: expected inputs and a layer");
    *neurons = *parameters = 0;
    for (size_t l = 1; l <= layer_count; l++) {
        require(sizes[l] > 0, "value_mlp_make: layer %zu has no neurons", l);
        *neurons += sizes[l];
        *parameters += sizes[l] * (sizes[l - 1] + 1);
    }
}

ValueMlp *value_mlp_make(const size_t *sizes, size_t layer_count, ValueActivation hidden,
                         Random *random)
{
    size_t neuron_count, parameter_count;
    count_parts(sizes, layer_count, &neuron_count, &parameter_count);
    ValueMlp *mlp = memory_alloc(sizeof *mlp);
    *mlp = (ValueMlp){.layer_count = layer_count, .parameter_count = parameter_count};
    mlp->layers = memory_calloc(layer_count, sizeof *mlp->layers);
    mlp->neurons = memory_calloc(neuron_count, sizeof *mlp->neurons);
    mlp->parameters = memory_calloc(parameter_count, sizeof *mlp->parameters);
    ValueNeuron *neuron = mlp->neurons;
    Value *parameters = mlp->parameters;
    for (size_t l = 0; l < layer_count; l++) {
        ValueLayer layer = {.inputs = sizes[l], .outputs = sizes[l + 1], .neurons = neuron};
        ValueActivation activation = l + 1 < layer_count ? hidden : VALUE_LINEAR;
        for (size_t n = 0; n < layer.outputs; n++) {
            *neuron++ = (ValueNeuron){layer.inputs, activation, parameters};
            parameters += layer.inputs + 1;
        }
        layer_initialise(&layer, random);
        mlp->layers[l] = layer;
    }
    return mlp;
}

void value_mlp_free(ValueMlp *mlp)
{
    if (mlp == NULL)
        return;
    free(mlp->layers);
    free(mlp->neurons);
    free(mlp->parameters);
    free(mlp);
}

Value **value_mlp_forward(const ValueMlp *mlp, Value *const *x)
{
    Value **y = NULL;
    for (size_t l = 0; l < mlp->layer_count; l++) {
        y = value_list(mlp->layers[l].outputs);
        value_layer_forward(&mlp->layers[l], x, y);
        x = y;
    }
    return y;
}
