/* value_layer: neurons side by side, all reading the same inputs. Taught in chapter 04. */
#include "value/value.h"

void value_layer_forward(const ValueLayer *layer, Value *const *x, Value **y)
{
    for (size_t i = 0; i < layer->outputs; i++)
        y[i] = value_neuron_forward(&layer->neurons[i], x);
}
