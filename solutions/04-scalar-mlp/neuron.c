/* value_neuron: a weighted sum, a bias and an activation. Chapter 04, "The neuron".
 *
 * A worked answer. */
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

/* The bias is a term like the others, so the sum may as well begin with it: then no 0 is needed to
 * begin with, and no special case for a neuron without inputs. `neuron->parameters + i` is a
 * pointer to the i-th weight itself, not a copy: gradients have to arrive there.
 *
 * Nothing here is differentiated. Each value_mul remembers its weight and its input, each
 * value_add the two it added; the backward follows them. */
Value *value_neuron_forward(const ValueNeuron *neuron, Value *const *x)
{
    Value *sum = neuron->parameters + neuron->inputs;
    for (size_t i = 0; i < neuron->inputs; i++)
        sum = value_add(sum, value_mul(neuron->parameters + i, x[i]));
    return activate(sum, neuron->activation);
}
