/* Trains a deep network on two spirals from two starts, each with and without layer norm.
 *
 * Weights begin with deviation scale/sqrt(C). At a small scale (0.7) each of the ten tanh layers
 * hands on 0.7 times what it got, and each backward 0.7 times the gradient: the first layers hear
 * next to nothing, the last ones read next to nothing, and without a norm nothing is learned. At a
 * large scale (1.4) the signal keeps its size by itself. Normalised layers learn from either, for the
 * scale of the weights drops out when a row is divided by its deviation. The four networks differ in
 * nothing else: same draws, same points, all of them at each step.
 *
 * Columns: step, then the mean cross-entropy of with_small, without_small, with_large,
 * without_large. Beside FILE.tsv stands what made the difference, measured before the first step:
 *   FILE-depth.tsv   layer, then the root mean square of the activations (activation_...) and of
 *                    their gradients (gradient_...), for the same four */
#include "../program.h"
#include "ops/ops.h"
#include "show/show.h"

#include <string.h>

enum { DEPTH = 10, WIDTH = 24, ARMS = 2, POINTS = 128, STEPS = 300, NETS = 4 };
static const real EPSILON = (real)1e-5, RATE = (real)0.05;
static const double SMALL = 0.7, LARGE = 1.4;
static const char *const names[NETS] = {"with_small", "without_small", "with_large",
                                        "without_large"};

/* ---- two spirals ---- */
typedef struct {
    real x[POINTS][2];
    int arm[POINTS];
} Spirals;

/* Each arm makes one and a quarter turns outwards; one is the other turned by half a turn. */
static void spirals_draw(Spirals *spirals, uint64_t seed)
{
    const double turn = 2 * 3.14159265358979323846;
    Random random = random_make(seed, 0);
    for (int i = 0; i < POINTS; i++) {
        double along = random_uniform(&random);
        double angle = turn * (1.25 * along + 0.5 * (i % ARMS)), radius = 0.2 + 1.3 * along;
        spirals->arm[i] = i % ARMS;
        spirals->x[i][0] = (real)(radius * cos(angle) + 0.03 * random_normal(&random));
        spirals->x[i][1] = (real)(radius * sin(angle) + 0.03 * random_normal(&random));
    }
}

/* ---- the network ---- */
enum { WEIGHT, BIAS, GAIN, SHIFT, KINDS };
typedef struct {
    Tensor *layer[DEPTH + 1][KINDS]; /* the last is the head, which has no norm */
    bool normalised;
} Network;

static Network network_make(uint64_t seed, double scale, bool normalised)
{
    Network network = {.normalised = normalised};
    Random random = random_make(seed, 1);
    for (size_t l = 0; l <= DEPTH; l++) {
        size_t in = l == 0 ? 2 : WIDTH, out = l == DEPTH ? ARMS : WIDTH;
        Tensor **p = network.layer[l];
        p[WEIGHT] = tensor_parameter(shape2(in, out));
        for (size_t i = 0; i < p[WEIGHT]->size; i++)
            p[WEIGHT]->data[i] = (real)(scale / sqrt((double)in) * random_normal(&random));
        for (int kind = BIAS; kind < KINDS; kind++)
            p[kind] = tensor_parameter(shape1(out));
        for (size_t i = 0; i < out; i++)
            p[GAIN]->data[i] = 1;
    }
    return network;
}

static void network_free(Network *network)
{
    for (int l = 0; l <= DEPTH; l++)
        for (int kind = 0; kind < KINDS; kind++)
            tensor_free(network->layer[l][kind]);
}

/* The mean loss; leaves the activations of layer l in h[l], which keep their gradients. */
static Tensor *network_loss(const Network *network, const Spirals *spirals, Tensor **h)
{
    Tensor *x = tensor_from(shape2(POINTS, 2), spirals->x[0]);
    for (int l = 0; l < DEPTH; l++) {
        Tensor *const *p = network->layer[l];
        x = tensor_linear(x, p[WEIGHT], p[BIAS]); /* (N,C) */
        if (network->normalised)
            x = tensor_layer_norm(x, p[GAIN], p[SHIFT], EPSILON);
        h[l] = x = tensor_tanh(x);
        tensor_retain_grad(x);
    }
    Tensor *const *head = network->layer[DEPTH];
    return tensor_softmax_cross_entropy(tensor_linear(x, head[WEIGHT], head[BIAS]), spirals->arm);
}

/* ---- training ---- */
static void descend(Tensor *parameter)
{
    for (size_t i = 0; i < parameter->size && parameter->has_grad; i++)
        parameter->data[i] -= RATE * parameter->grad[i];
    tensor_zero_grad(parameter);
}

/* One step; returns the loss before it. */
static double step_down(Network *network, const Spirals *spirals)
{
    Tensor *h[DEPTH];
    TapeMark mark = tape_mark();
    Tensor *loss = network_loss(network, spirals, h);
    double value = (double)tensor_item(loss);
    tensor_backward(loss);
    for (int l = 0; l <= DEPTH; l++)
        for (int kind = 0; kind < KINDS; kind++)
            descend(network->layer[l][kind]);
    tape_release(mark);
    return value;
}

/* In words, for last digits differ from processor to processor. */
static const char *bound(double loss)
{
    return loss < 0.2 ? "below 0.2" : loss < 0.6 ? "below 0.6" : "above 0.6";
}

static void train(Network *nets, const Spirals *spirals, const char *path)
{
    TsvLog log;
    exit_if(tsv_create(&log, path, "step with_small without_small with_large without_large"));
    double row[1 + NETS] = {0};
    for (int step = 0; step <= STEPS; step++) {
        row[0] = step;
        for (int n = 0; n < NETS; n++)
            row[1 + n] = step_down(&nets[n], spirals);
        exit_if(tsv_row(&log, 1 + NETS, row));
    }
    exit_if(tsv_close(&log));
    printf("two spirals, %d tanh layers, %d steps; knowing nothing is a loss of ln 2 = 0.69\n",
           DEPTH, STEPS);
    for (int n = 0; n < NETS; n++)
        printf("  %-13s loss %s\n", names[n], bound(row[1 + n]));
}

/* ---- sizes by depth ---- */
static double root_mean_square(const real *values, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += (double)values[i] * (double)values[i];
    return sqrt(sum / (double)count);
}

/* Fills column n (activations) and column NETS + n (gradients) of `size`. */
static void measure(Network *network, const Spirals *spirals, int n, double size[DEPTH][2 * NETS])
{
    Tensor *h[DEPTH];
    TapeMark mark = tape_mark();
    tensor_backward(network_loss(network, spirals, h));
    for (int l = 0; l < DEPTH; l++) {
        size[l][n] = root_mean_square(h[l]->data, h[l]->size);
        size[l][NETS + n] = root_mean_square(h[l]->grad, h[l]->size);
    }
    for (int l = 0; l <= DEPTH; l++)
        for (int kind = 0; kind < KINDS; kind++)
            tensor_zero_grad(network->layer[l][kind]);
    tape_release(mark);
}

static void write_depth(Network *nets, const Spirals *spirals, const char *path)
{
    double size[DEPTH][2 * NETS];
    for (int n = 0; n < NETS; n++)
        measure(&nets[n], spirals, n, size);
    TsvLog log;
    exit_if(tsv_create_beside(&log, path, "depth",
               "layer activation_with_small activation_without_small "
               "activation_with_large activation_without_large gradient_with_small "
               "gradient_without_small gradient_with_large gradient_without_large"));
    for (int l = 0; l < DEPTH; l++) {
        double row[1 + 2 * NETS] = {l + 1};
        memcpy(row + 1, size[l], sizeof size[l]);
        exit_if(tsv_row(&log, 1 + 2 * NETS, row));
    }
    exit_if(tsv_close(&log));
    printf("gradient in layer 1, divided by that in layer %d, before the first step:\n", DEPTH);
    for (int n = 0; n < NETS; n++)
        printf("  %-13s %.2f\n", names[n], size[0][NETS + n] / size[DEPTH - 1][NETS + n]);
}

int main(int argc, char **argv)
{
    static Spirals spirals;
    const char *path = "build/plots/09-normalization.tsv";
    uint64_t seed = 1;
    const Option options[] = {{"tsv", OPTION_TEXT, &path, 0, 0, "where the run's log goes"},
                              {"seed", OPTION_SEED, &seed, 0, 0, "of points and weights"}};
    options_parse(argc, argv, "Trains a deep network with and without layer norm.", options, 2);
    spirals_draw(&spirals, seed);
    Network nets[NETS] = {network_make(seed, SMALL, true), network_make(seed, SMALL, false),
                          network_make(seed, LARGE, true), network_make(seed, LARGE, false)};
    write_depth(nets, &spirals, path);
    train(nets, &spirals, path);
    for (int n = 0; n < NETS; n++)
        network_free(&nets[n]);
    tape_free();
    gemm_free_buffers();
    return 0;
}
