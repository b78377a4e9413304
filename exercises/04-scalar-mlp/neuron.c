/* value_neuron: a weighted sum, a bias and an activation. Chapter 04, "The neuron".
 *
 * What to write: value_neuron_forward, out of value_add and value_mul. neuron->parameters points at
 * the weights, one for each input, and behind them the bias. activate() is given. */
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
    (void)x;
    Value *sum = value_leaf(NAN);
    /* your code here */
    return activate(sum, neuron->activation);
}
