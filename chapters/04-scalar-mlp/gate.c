/* The gate of chapter 04: sums, neurons, layers, softmax, cross-entropy and whole networks against
 * finite differences along every weight, bias and input; and the backward of a two-layer network
 * worked by hand, which must give the engine's numbers. */
#include "value/value.h"

#include <stdlib.h>
#include <string.h>

enum { INPUTS = 3, HIDDEN = 5, CLASSES = 7, EXAMPLES = 2, MOST = 200 };

/* Leaves and the list of pointers that the checker wants. */
typedef struct {
    Value leaves[MOST];
    Value *list[MOST];
} Leaves;

static void draw(Leaves *leaves, size_t from, size_t count, double deviation)
{
    for (size_t i = from; i < from + count; i++) {
        real data = (real)(float)(deviation * random_normal(gate_random()));
        leaves->leaves[i] = value_parameter(data);
        leaves->list[i] = &leaves->leaves[i];
    }
}

/* ---- sums and losses ---- */

static void sum_graph(Value *const *x, Value **y, const void *context)
{
    (void)context;
    Value *terms[4] = {x[0], x[1], x[0], x[2]}; /* one of them twice */
    y[0] = value_sum(terms, 4);
    y[1] = value_sum(x + 1, 1);
}
static void sum_plain(const real *x, real *y, const void *context)
{
    (void)context;
    y[0] = 2 * x[0] + x[1] + x[2];
    y[1] = x[1];
}

static void softmax_graph(Value *const *x, Value **y, const void *context)
{
    (void)context;
    memcpy(y, value_softmax(x, CLASSES), CLASSES * sizeof *y);
}

/* The log of a sum of exponentials with the largest taken out, which changes nothing but safety. */
static real log_sum_exp(const real *x, size_t count)
{
    real largest = x[0], sum = 0;
    for (size_t i = 1; i < count; i++)
        largest = fmax(largest, x[i]);
    for (size_t i = 0; i < count; i++)
        sum += exp(x[i] - largest);
    return largest + log(sum);
}

static void softmax_plain(const real *x, real *y, const void *context)
{
    (void)context;
    for (size_t i = 0; i < CLASSES; i++)
        y[i] = exp(x[i] - log_sum_exp(x, CLASSES));
}

static void cross_entropy_graph(Value *const *x, Value **y, const void *context)
{
    (void)context;
    for (size_t target = 0; target < CLASSES; target++)
        y[target] = value_cross_entropy(x, CLASSES, target);
}
static void cross_entropy_plain(const real *x, real *y, const void *context)
{
    (void)context;
    for (size_t target = 0; target < CLASSES; target++)
        y[target] = log_sum_exp(x, CLASSES) - x[target];
}

static void check_losses(void)
{
    Leaves x;
    draw(&x, 0, 3, 1);
    value_check(&(ValueCheck){.name = "value_sum one term twice",
                              .x = x.list,
                              .inputs = 3,
                              .outputs = 2,
                              .graph = sum_graph,
                              .plain = sum_plain});
    draw(&x, 0, CLASSES, 1);
    value_check(&(ValueCheck){.name = "value_softmax of 7",
                              .x = x.list,
                              .inputs = CLASSES,
                              .outputs = CLASSES,
                              .graph = softmax_graph,
                              .plain = softmax_plain});
    draw(&x, 0, CLASSES, 1);
    value_check(&(ValueCheck){.name = "value_cross_entropy of 7, every target",
                              .x = x.list,
                              .inputs = CLASSES,
                              .outputs = CLASSES,
                              .graph = cross_entropy_graph,
                              .plain = cross_entropy_plain});
}

/* ---- neurons and layers: the leaves are the parameters, then the inputs ---- */

static real activated(real z, ValueActivation activation)
{
    if (activation == VALUE_TANH)
        return 1 - 2 / (exp(2 * z) + 1);
    return activation == VALUE_RELU ? (z + fabs(z)) / 2 : z;
}

/* y[n] = activation(weights . x + bias); the parameters lie neuron by neuron, weights then bias. */
static void plain_layer(const real *parameters, const real *x, size_t inputs, size_t outputs,
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

static void check_neurons(void)
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

/* ---- networks: mean cross-entropy over two examples ---- */

enum { LAYERS_MOST = 3 };
typedef struct {
    size_t sizes[LAYERS_MOST + 1], layer_count;
    ValueActivation hidden;
    size_t targets[EXAMPLES];
    ValueMlp *mlp;
} Network;

static void network_graph(Value *const *x, Value **y, const void *context)
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

/* Weights of about 0.3 and inputs of about 1. Returns the number of leaves. */
static size_t network_draw(Network *network, Leaves *x)
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

static void check_networks(void)
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

/* ---- the two-layer network by hand ---- */

/* W1 (5,3) b1 (5) and W2 (7,5) b2 (7), each neuron's weights followed by its bias; x (2,3). */
enum { W1 = HIDDEN * (INPUTS + 1), W2 = CLASSES * (HIDDEN + 1), WEIGHTS = W1 + W2 };

typedef struct {
    real h[HIDDEN], p[CLASSES];
} Activations;

static real by_hand_forward(const real *w, const real *x, size_t target, Activations *kept)
{
    real scores[CLASSES];
    plain_layer(w, x, INPUTS, HIDDEN, VALUE_TANH, kept->h);
    plain_layer(w + W1, kept->h, HIDDEN, CLASSES, VALUE_LINEAR, scores);
    softmax_plain(scores, kept->p, NULL);
    return -log(kept->p[target]);
}

/* Line by line the derivation of the lesson, last operation first. */
static void by_hand_backward(const real *w, const real *x, size_t target, const Activations *kept,
                             real *dw, real *dx)
{
    const real *w2 = w + W1;
    real *dw2 = dw + W1, dh[HIDDEN] = {0};
    for (size_t c = 0; c < CLASSES; c++) {
        /* p - y, shared among the examples */
        real dscore = (kept->p[c] - (c == target)) / EXAMPLES;
        for (size_t j = 0; j < HIDDEN; j++) {
            dw2[c * (HIDDEN + 1) + j] += dscore * kept->h[j];
            dh[j] += dscore * w2[c * (HIDDEN + 1) + j];
        }
        dw2[c * (HIDDEN + 1) + HIDDEN] += dscore;
    }
    for (size_t j = 0; j < HIDDEN; j++) {
        real dz = dh[j] * (1 - kept->h[j] * kept->h[j]);
        for (size_t i = 0; i < INPUTS; i++) {
            dw[j * (INPUTS + 1) + i] += dz * x[i];
            dx[i] += dz * w[j * (INPUTS + 1) + i];
        }
        dw[j * (INPUTS + 1) + INPUTS] += dz;
    }
}

/* The worst difference by the largest: the two sum in different orders, so bits may differ. */
static double apart(const real *by_hand, Value *const *x, size_t count)
{
    double worst = 0, largest = 0;
    for (size_t i = 0; i < count; i++) {
        double difference = fabs((double)by_hand[i] - (double)x[i]->grad);
        worst = fmax(worst, isnan(difference) ? HUGE_VAL : difference);
        largest = fmax(largest, fabs((double)by_hand[i]));
    }
    return worst / largest;
}

static void check_by_hand(void)
{
    Network network = {.sizes = {INPUTS, HIDDEN, CLASSES},
                       .layer_count = 2,
                       .hidden = VALUE_TANH,
                       .targets = {4, 0}};
    Leaves x;
    size_t count = network_draw(&network, &x);
    require(network.mlp->parameter_count == WEIGHTS, "by hand: the layouts differ");
    Value *loss;
    network_graph(x.list, &loss, &network);
    value_backward(loss);

    real plain[MOST], gradient[MOST] = {0}, by_hand = 0;
    for (size_t i = 0; i < count; i++)
        plain[i] = x.list[i]->data;
    for (size_t n = 0; n < EXAMPLES; n++) {
        size_t at = WEIGHTS + n * INPUTS;
        Activations kept;
        by_hand += by_hand_forward(plain, plain + at, network.targets[n], &kept) / EXAMPLES;
        by_hand_backward(plain, plain + at, network.targets[n], &kept, gradient, gradient + at);
    }
    const double allowed = gate_is_float() ? 1e-5 : 1e-12;
    gate_check("by_hand the loss of 3-5-7",
               gate_error((double)loss->data, (double)by_hand) <= allowed, "as the engine's");
    gate_check("by_hand all 68 derivatives",
               count == 68 && apart(gradient, x.list, count) <= allowed, "as the engine's");
    value_mlp_free(network.mlp);
}

/* ---- numbers worked by hand in the lesson ---- */

static bool is(const Value *value, double data, double grad)
{
    const double allowed = gate_is_float() ? 1e-6 : 1e-15;
    return fabs((double)value->data - data) <= allowed &&
           fabs((double)value->grad - grad) <= allowed;
}

/* tanh(1*3 - 2*1 - 1) = tanh 0, whose slope is 1, with an upstream of 2. */
static void check_worked_neuron(void)
{
    Value parameters[3] = {value_parameter(1), value_parameter(-2), value_parameter(-1)};
    Value *x[2] = {value_leaf(3), value_leaf(1)};
    ValueNeuron neuron = {2, VALUE_TANH, parameters};
    Value *y = value_neuron_forward(&neuron, x);
    const real two = 2;
    value_backward_from(&y, &two, 1);
    gate_check("value_neuron tanh(1*3 - 2*1 - 1)",
               is(y, 0, 2) && is(&parameters[0], 1, 6) && is(&parameters[1], -2, 2) &&
                   is(&parameters[2], -1, 2) && is(x[0], 3, 2) && is(x[1], 1, -4),
               "0: dw 6, 2, db 2, dx 2, -4");
}

/* The same neuron twice: what reads an input together adds its shares. */
static void check_worked_layer(void)
{
    static const real data[3] = {1, -2, -1};
    Value parameters[6];
    for (size_t i = 0; i < 6; i++)
        parameters[i] = value_parameter(data[i % 3]);
    ValueNeuron neurons[2] = {{2, VALUE_TANH, parameters}, {2, VALUE_TANH, parameters + 3}};
    ValueLayer layer = {2, 2, neurons};
    Value *x[2] = {value_leaf(3), value_leaf(1)}, *y[2];
    value_layer_forward(&layer, x, y);
    value_backward_from(y, (const real[]){2, 1}, 2);
    gate_check("value_layer of two such neurons", is(x[0], 3, 3) && is(x[1], 1, -6), "dx 3, -6");
}

static void check_worked_losses(void)
{
    const double third = 1.0 / 3, ln2 = log(2.0), ln3 = log(3.0);
    Value *scores[2] = {value_leaf(0), value_leaf((real)ln2)};
    Value *loss = value_cross_entropy(scores, 2, 0), **p = value_softmax(scores, 2);
    value_backward(loss);
    gate_check("value_cross_entropy of (0, ln 2) at 0",
               is(loss, ln3, 1) && is(scores[0], 0, -2 * third) && is(scores[1], ln2, 2 * third),
               "ln 3: -2/3, 2/3");
    scores[0]->grad = scores[1]->grad = 0;
    value_backward(p[0]);
    gate_check("value_softmax of (0, ln 2)",
               is(p[0], third, 1) && fabs((double)p[1]->data - 2 * third) < 1e-6 &&
                   is(scores[0], 0, 2 * third / 3) && is(scores[1], ln2, -2 * third / 3),
               "1/3, 2/3; of the first 2/9, -2/9");
}

/* One input, one tanh neuron that stands at 0, two classes with scores (0, ln 2), target 0. */
static void check_worked_network(void)
{
    static const size_t sizes[] = {1, 1, 2};
    Random random = random_make(1, 0);
    ValueMlp *mlp = value_mlp_make(sizes, 2, VALUE_TANH, &random);
    const double ln2 = log(2.0), third = 1.0 / 3;
    const double data[6] = {0, 0, 1, 0, -1, ln2}; /* w1 b1, w2 b2 of either class */
    const double grads[6] = {-4 * third, -4 * third, 0, -2 * third, 0, 2 * third};
    for (size_t i = 0; i < 6; i++)
        mlp->parameters[i].data = (real)data[i];
    Value *x = value_leaf(1);
    value_backward(value_cross_entropy(value_mlp_forward(mlp, &x), 2, 0));
    bool right = is(x, 1, 0);
    for (size_t i = 0; i < 6; i++)
        right = right && is(&mlp->parameters[i], data[i], grads[i]);
    gate_check("value_mlp 1-1-2 by hand", right, "dw1 -4/3, db1 -4/3, dw2 0, db2 -2/3, 2/3");
    value_mlp_free(mlp);
}

/* ---- how a network begins ---- */

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

static void check_start(void)
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
