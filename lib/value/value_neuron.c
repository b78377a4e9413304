/* value_neuron: a weighted sum, a bias and an activation. Taught in chapter 04.
 *
 * No derivative is written here: the sum is made of Values, and each of them knows its own. */
#include "value/value.h"

static Value *activate(Value *sum, ValueActivation activation)
{
    switch (activation) {
    case VALUE_TANH:
        return value_tanh(sum);
    case VALUE_RELU:
        return value_relu(sum);
    case VALUE_LINEAR:
        return sum;
    }
    broken_contract("value_neuron: %d names no activation", (int)activation);
}

Value *value_neuron_forward(const ValueNeuron *neuron, Value *const *x)
{
    Value *weights = neuron->parameters;
    Value *sum = weights + neuron->inputs; /* the bias comes after the weights */
    for (size_t i = 0; i < neuron->inputs; i++)
        sum = value_add(sum, value_mul(weights + i, x[i]));
    return activate(sum, neuron->activation);
}
