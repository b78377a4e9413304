/* The rows of networks: mean cross-entropy over two examples, and how a network begins. */
#include "gate.h"

void network_graph(Value *const *x, Value **y, const void *context)
{
    const Network *network = context;
    size_t classes = network->sizes[network->layer_count];
    Value *losses[EXAMPLES];
    for (size_t n = 0; n < EXAMPLES; n++) {
        Value *const *inputs = x + network->mlp->parameter_count + n * network->sizes[0];
        Value **scores = value_mlp_forward(network->mlp, inputs);
        losses[n] = value_cross_entropy(scores, classes, network->targets[n]);
    }
    y[0] = value_div(value_sum(losses, EXAMPLES), value_leaf(EXAMPLES));
}

static void network_plain(const real *x, real *y, const void *context)
{
    const Network *network = context;
    y[0] = 0;
    for (size_t n = 0; n < EXAMPLES; n++) {
        const real *in = x + network->mlp->parameter_count + n * network->sizes[0], *w = x;
        real hidden[LAYERS_MOST][MOST];
        for (size_t l = 0; l < network->layer_count; l++) {
            size_t inputs = network->sizes[l], outputs = network->sizes[l + 1];
            bool last = l + 1 == network->layer_count;
            plain_layer(w, in, inputs, outputs, last ? VALUE_LINEAR : network->hidden, hidden[l]);
            w += outputs * (inputs + 1);
            in = hidden[l];
        }
        size_t classes = network->sizes[network->layer_count];
        y[0] += (log_sum_exp(in, classes) - in[network->targets[n]]) / EXAMPLES;
    }
}

/* How near any hidden neuron of a one-hidden-layer network comes to 0, computed in double so that
 * both precisions draw the same numbers. */
static double kink_distance(const Network *network, Value *const *x)
{
    double nearest = HUGE_VAL;
    for (size_t n = 0; n < EXAMPLES; n++)
        for (size_t h = 0; h < network->sizes[1]; h++) {
            Value *const *w = x + h * (INPUTS + 1);
            Value *const *in = x + network->mlp->parameter_count + n * INPUTS;
            double z = (double)w[INPUTS]->data;
            for (size_t i = 0; i < INPUTS; i++)
                z += (double)w[i]->data * (double)in[i]->data;
            nearest = fmin(nearest, fabs(z));
        }
    return nearest;
}

size_t network_draw(Network *network, Leaves *x)
{
    Random random = random_make(1, 1);
    network->mlp = value_mlp_make(network->sizes, network->layer_count, network->hidden, &random);
    size_t parameters = network->mlp->parameter_count, inputs = EXAMPLES * network->sizes[0];
    require(parameters + inputs <= MOST, "network_draw: %zu leaves are too many",
            parameters + inputs);
    do {
        draw(x, 0, parameters, 0.3);
        draw(x, parameters, inputs, 1);
    } while (network->hidden == VALUE_RELU && kink_distance(network, x->list) < 0.02);
    for (size_t i = 0; i < parameters; i++) {
        network->mlp->parameters[i].data = x->leaves[i].data;
        x->list[i] = &network->mlp->parameters[i];
    }
    return parameters + inputs;
}

static void check_network(const char *name, Network network)
{
    Leaves x;
    size_t count = network_draw(&network, &x);
    value_check(&(ValueCheck){.name = name,
                              .x = x.list,
                              .inputs = count,
                              .outputs = 1,
                              .graph = network_graph,
                              .plain = network_plain,
                              .context = &network});
    value_mlp_free(network.mlp);
}

void check_networks(void)
{
    check_network("value_mlp 3-7, no hidden layer",
                  (Network){.sizes = {INPUTS, CLASSES}, .layer_count = 1, .targets = {2, 6}});
    check_network("value_mlp 3-5-7 tanh, cross-entropy",
                  (Network){.sizes = {INPUTS, HIDDEN, CLASSES},
                            .layer_count = 2,
                            .hidden = VALUE_TANH,
                            .targets = {4, 0}});
    check_network("value_mlp 3-5-7 relu, cross-entropy",
                  (Network){.sizes = {INPUTS, HIDDEN, CLASSES},
                            .layer_count = 2,
                            .hidden = VALUE_RELU,
                            .targets = {1, 1}});
    check_network("value_mlp 3-5-4-7 tanh, cross-entropy",
                  (Network){.sizes = {INPUTS, HIDDEN, 4, CLASSES},
                            .layer_count = 3,
                            .hidden = VALUE_TANH,
                            .targets = {3, 5}});
}

static double spread(const ValueMlp *mlp, size_t layer, bool *biases_zero)
{
    double squares = 0;
    const ValueLayer *l = &mlp->layers[layer];
    for (size_t n = 0; n < l->outputs; n++) {
        for (size_t i = 0; i < l->inputs; i++)
            squares += pow((double)l->neurons[n].parameters[i].data, 2.0);
        *biases_zero = *biases_zero && (double)l->neurons[n].parameters[l->inputs].data == 0;
    }
    return squares / (double)l->outputs; /* inputs times the variance: 1, or 2 before a relu */
}

void check_start(void)
{
    static const size_t sizes[] = {61, 67, 59};
    Random random = random_make(3, 0);
    ValueMlp *tanh_mlp = value_mlp_make(sizes, 2, VALUE_TANH, &random);
    ValueMlp *relu_mlp = value_mlp_make(sizes, 2, VALUE_RELU, &random);
    bool zero = true;
    bool right =
        fabs(spread(tanh_mlp, 0, &zero) - 1) < 0.1 && fabs(spread(tanh_mlp, 1, &zero) - 1) < 0.1 &&
        fabs(spread(relu_mlp, 0, &zero) - 2) < 0.2 && fabs(spread(relu_mlp, 1, &zero) - 1) < 0.1;
    gate_check("value_mlp_make 61-67-59",
               zero && right && tanh_mlp->parameter_count == 61 * 67 + 67 + 67 * 59 + 59,
               "8166 parameters, spread right, biases 0");
    value_mlp_free(tanh_mlp);
    value_mlp_free(relu_mlp);
}
