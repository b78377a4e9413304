/* work_values: the scalar engine on one fixed graph: a network of 64 inputs, layers of 168, 168
 * and 64 tanh neurons and one linear output. A neuron of n inputs makes n products, n sums and,
 * unless it is linear, its activation: (2*64 + 1) 168 + (2*168 + 1) (168 + 64) + 2*64 = 99,984
 * Values. */
#include "value/value.h"
#include "work.h"

enum { INPUTS = 64, LAYERS = 4 };
static const size_t sizes[LAYERS + 1] = {INPUTS, 168, 168, 64, 1};

static ValueMlp *network;
static Value inputs[INPUTS];
static Value *x[INPUTS];

double values_prepare(const size_t *numbers)
{
    (void)numbers;
    Random random = random_make(1, 5);
    network = value_mlp_make(sizes, LAYERS, VALUE_TANH, &random);
    for (int i = 0; i < INPUTS; i++) {
        inputs[i] = value_parameter((real)random_normal(&random));
        x[i] = &inputs[i];
    }
    double made = 0;
    for (int l = 0; l < LAYERS; l++)
        made += (double)(sizes[l + 1] * (2 * sizes[l] + (l < LAYERS - 1)));
    return made;
}

void values_run(void)
{
    ValueMark mark = value_mark();
    value_zero_grad(network->parameters, network->parameter_count);
    value_backward(value_mlp_forward(network, x)[0]);
    value_release(mark);
}
