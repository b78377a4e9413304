/* The rows that the lesson works by hand: the backward of a two-layer network, which must give the
 * engine's numbers, and cases small enough for a pen. */
#include "gate.h"

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

void check_by_hand(void)
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

static bool is(const Value *value, double data, double grad)
{
    const double allowed = gate_is_float() ? 1e-6 : 1e-15;
    return fabs((double)value->data - data) <= allowed &&
           fabs((double)value->grad - grad) <= allowed;
}

/* tanh(1*3 - 2*1 - 1) = tanh 0, whose slope is 1, with an upstream of 2. */
void check_worked_neuron(void)
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
void check_worked_layer(void)
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

void check_worked_losses(void)
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
void check_worked_network(void)
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
