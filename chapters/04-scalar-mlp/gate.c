/* The gate of chapter 04: sums, neurons, layers, softmax, cross-entropy and whole networks against
 * finite differences along every weight, bias and input; and the backward of a two-layer network
 * worked by hand, which must give the engine's numbers.
 *
 * Here stand the rows in their order; gate.h says which file beside it has which. */
#include "gate.h"

void draw(Leaves *leaves, size_t from, size_t count, double deviation)
{
    for (size_t i = from; i < from + count; i++) {
        real data = (real)(float)(deviation * random_normal(gate_random()));
        leaves->leaves[i] = value_parameter(data);
        leaves->list[i] = &leaves->leaves[i];
    }
}

int main(int argc, char **argv)
{
    gate_begin(argc, argv, "04-scalar-mlp");
    check_losses();
    check_neurons();
    check_networks();
    check_by_hand();
    check_worked_neuron();
    check_worked_layer();
    check_worked_losses();
    check_worked_network();
    check_start();
    value_free_pool();
    return gate_end();
}
