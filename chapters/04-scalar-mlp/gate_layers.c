/* The rows of neurons and layers: the leaves are the parameters, then the inputs. */
#include "gate.h"

static real activated(real z, ValueActivation activation)
{
    if (activation == VALUE_TANH)
        return 1 - 2 / (exp(2 * z) + 1);
    return activation == VALUE_RELU ? (z + fabs(z)) / 2 : z;
}

void plain_layer(const real *parameters, const real *x, size_t inputs, size_t outputs,
                 ValueActivation activation, real *y)
{
    for (size_t n = 0; n < outputs; n++, parameters += inputs + 1) {
        real z = 0;
        for (size_t i = inputs; i-- > 0;)
            z += parameters[i] * x[i];
        y[n] = activated(z + parameters[inputs], activation);
    }
}

static void neuron_graph(Value *const *x, Value **y, const void *context)
{
    const ValueActivation *activation = context;
    ValueNeuron neuron = {HIDDEN, *activation, x[0]};
    y[0] = value_neuron_forward(&neuron, x + HIDDEN + 1);
}
static void neuron_plain(const real *x, real *y, const void *context)
{
    const ValueActivation *activation = context;
    plain_layer(x, x + HIDDEN + 1, HIDDEN, 1, *activation, y);
}

static void layer_graph(Value *const *x, Value **y, const void *context)
{
    (void)context;
    ValueNeuron neurons[HIDDEN];
    for (size_t n = 0; n < HIDDEN; n++)
        neurons[n] = (ValueNeuron){INPUTS, VALUE_TANH, x[n * (INPUTS + 1)]};
    ValueLayer layer = {INPUTS, HIDDEN, neurons};
    value_layer_forward(&layer, x + HIDDEN * (INPUTS + 1), y);
}
static void layer_plain(const real *x, real *y, const void *context)
{
    (void)context;
    plain_layer(x, x + HIDDEN * (INPUTS + 1), INPUTS, HIDDEN, VALUE_TANH, y);
}

void check_neurons(void)
{
    static const ValueActivation activations[] = {VALUE_LINEAR, VALUE_TANH, VALUE_RELU, VALUE_RELU};
    static const char *const names[] = {"value_neuron linear, 5 inputs", "value_neuron tanh",
                                        "value_neuron relu, on", "value_neuron relu, off"};
    for (size_t k = 0; k < 4; k++) {
        Leaves x;
        draw(&x, 0, 2 * HIDDEN + 1, 0.3);
        if (activations[k] == VALUE_RELU) /* a bias that outweighs the sum keeps the kink far off */
            x.leaves[HIDDEN].data = k == 2 ? 9 : -9;
        value_check(&(ValueCheck){.name = names[k],
                                  .x = x.list,
                                  .inputs = 2 * HIDDEN + 1,
                                  .outputs = 1,
                                  .graph = neuron_graph,
                                  .plain = neuron_plain,
                                  .context = &activations[k]});
    }
    Leaves x;
    draw(&x, 0, HIDDEN * (INPUTS + 1) + INPUTS, 0.5);
    value_check(&(ValueCheck){.name = "value_layer 3 to 5, tanh",
                              .x = x.list,
                              .inputs = HIDDEN * (INPUTS + 1) + INPUTS,
                              .outputs = HIDDEN,
                              .graph = layer_graph,
                              .plain = layer_plain});
}
