/* What the files of chapter 04's gate share: leaves, the plain forms of losses and layers,
 * networks, and the rows, each function in the file under whose name it stands. A row draws from
 * the gate's one stream of random numbers, so the order in which gate.c calls them is part of what
 * they print. */
#ifndef WENGERT_GATE_04_H
#define WENGERT_GATE_04_H

#include "value/value.h"

enum { INPUTS = 3, HIDDEN = 5, CLASSES = 7, EXAMPLES = 2, MOST = 200 };

/* gate.c */
/* Leaves and the list of pointers that the checker wants. */
typedef struct {
    Value leaves[MOST];
    Value *list[MOST];
} Leaves;

/* Makes leaves[from..from + count) anew, of normal numbers rounded to float: the same in both
 * precisions. */
void draw(Leaves *leaves, size_t from, size_t count, double deviation);

/* gate_losses.c */
/* The log of a sum of exponentials with the largest taken out, which changes nothing but safety. */
real log_sum_exp(const real *x, size_t count);
/* y, of the CLASSES scores x; nothing is read from the context. */
void softmax_plain(const real *x, real *y, const void *context);
void check_losses(void);

/* gate_layers.c */
/* y[n] = activation(weights . x + bias); the parameters lie neuron by neuron, weights then bias. */
void plain_layer(const real *parameters, const real *x, size_t inputs, size_t outputs,
                 ValueActivation activation, real *y);
void check_neurons(void);

/* gate_networks.c */
enum { LAYERS_MOST = 3 };
typedef struct {
    size_t sizes[LAYERS_MOST + 1], layer_count;
    ValueActivation hidden;
    size_t targets[EXAMPLES];
    ValueMlp *mlp;
} Network;

/* y[0] is the mean loss; x: the parameters, then each example's inputs; the context: a Network. */
void network_graph(Value *const *x, Value **y, const void *context);
/* Weights of about 0.3 and inputs of about 1. Returns the number of leaves. */
size_t network_draw(Network *network, Leaves *x);
void check_networks(void);
void check_start(void);

/* gate_by_hand.c */
void check_by_hand(void);
void check_worked_neuron(void);
void check_worked_layer(void);
void check_worked_losses(void);
void check_worked_network(void);

#endif
