/* Trains one deep network twice on two spirals, with a layer norm after each linear layer and without.
 *
 * Both begin with the same weights and see the same points, all of them at each step. Weights of
 * deviation scale/sqrt(C) and relu let about half of a signal's power through each layer when the
 * scale is 1: after 20 layers hardly anything is left, forward or backward, unless each layer is
 * normalised. With --scale 1.4142 (He et al. 2015) the signal keeps its size without a norm, too; the
 * norm is what makes the choice matter little.
 * Columns: step, with_layer_norm and without (mean cross-entropy over the points). Beside FILE.tsv:
 *   FILE-depth.tsv   layer, then the root mean square of the activations and of their gradients
 *                    before the first step, with and without layer norm */
#include "../program.h"
#include "ops/ops.h"
#include "show/show.h"

#include <string.h>

enum { DEPTH = 20, WIDTH = 16, ARMS = 2, POINTS = 2 * 96, STEPS = 400 };
static const real EPSILON = 1e-5;

/* ---- two spirals ---- */
typedef struct {
    real x[POINTS][2];
    int arm[POINTS];
} Spirals;

/* Each arm makes one and a quarter turns outwards; the second is the first turned by half a turn. */
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
        h[l] = x = tensor_relu(x);
        tensor_retain_grad(x);
    }
    Tensor *const *head = network->layer[DEPTH];
    return tensor_softmax_cross_entropy(tensor_linear(x, head[WEIGHT], head[BIAS]), spirals->arm);
}

/* ---- training ---- */
static void descend(Tensor *parameter, real rate)
{
    for (size_t i = 0; i < parameter->size && parameter->has_grad; i++)
        parameter->data[i] -= rate * parameter->grad[i];
    tensor_zero_grad(parameter);
}

static double step_down(Network *network, const Spirals *spirals, real rate)
{
    Tensor *h[DEPTH];
    TapeMark mark = tape_mark();
    Tensor *loss = network_loss(network, spirals, h);
    double value = (double)tensor_item(loss);
    tensor_backward(loss);
    for (int l = 0; l <= DEPTH; l++)
        for (int kind = 0; kind < KINDS; kind++)
            descend(network->layer[l][kind], rate);
    tape_release(mark);
    return value;
}

static double root_mean_square(const real *values, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += (double)values[i] * (double)values[i];
    return sqrt(sum / (double)count);
}

/* The table of sizes by depth, into FILE-depth.tsv; ratio[n] is that of net n's first-layer gradient
 * to its last-layer gradient. */
static void write_depth(Network *const nets[2], const Spirals *spirals, const char *path,
                        double ratio[2])
{
    char name[1024];
    size_t length = strlen(path);
    length -= length > 4 && strcmp(path + length - 4, ".tsv") == 0 ? 4 : 0;
    if (length > sizeof name - 32)
        exit_with("%s: the name is longer than %zu bytes", path, sizeof name - 32);
    snprintf(name, sizeof name, "%.*s-depth.tsv", (int)length, path);
    double size[DEPTH][4];
    for (int n = 0; n < 2; n++) {
        Tensor *h[DEPTH];
        TapeMark mark = tape_mark();
        tensor_backward(network_loss(nets[n], spirals, h));
        for (int l = 0; l < DEPTH; l++) {
            size[l][n] = root_mean_square(h[l]->data, h[l]->size);
            size[l][2 + n] = root_mean_square(h[l]->grad, h[l]->size);
        }
        ratio[n] = size[0][2 + n] / size[DEPTH - 1][2 + n];
        for (int i = 0; i < (DEPTH + 1) * KINDS; i++)
            tensor_zero_grad(nets[n]->layer[i / KINDS][i % KINDS]);
        tape_release(mark);
    }
    TsvLog log;
    exit_if(tsv_create(&log, name, "layer activation_with activation_without gradient_with "
                                   "gradient_without"));
    for (int l = 0; l < DEPTH; l++)
        exit_if(tsv_row(&log, 5, (double[]){l + 1, size[l][0], size[l][1], size[l][2], size[l][3]}));
    exit_if(tsv_close(&log));
}

int main(int argc, char **argv)
{
    static Spirals spirals;
    const char *path = "build/plots/09-normalization.tsv";
    uint64_t seed = 9;
    double scale = 1, rate = 0.05;
    const Option options[] = {
        {"tsv", OPTION_TEXT, &path, 0, 0, "where the run's log goes"},
        {"seed", OPTION_SEED, &seed, 0, 0, "of points and weights"},
        {"scale", OPTION_NUMBER, &scale, 0.01, 10, "weights begin with deviation scale/sqrt(C)"},
        {"rate", OPTION_NUMBER, &rate, 1e-6, 10, "the step's length"}};
    options_parse(argc, argv, "Trains a deep network with and without layer norm.", options, 4);
    spirals_draw(&spirals, seed);
    Network with = network_make(seed, scale, true), without = network_make(seed, scale, false);
    double ratio[2], loss[2] = {0, 0};
    write_depth((Network *const[]){&with, &without}, &spirals, path, ratio);
    TsvLog log;
    exit_if(tsv_create(&log, path, "step with_layer_norm without"));
    for (int step = 0; step <= STEPS; step++) {
        loss[0] = step_down(&with, &spirals, (real)rate);
        loss[1] = step_down(&without, &spirals, (real)rate);
        exit_if(tsv_row(&log, 3, (double[]){step, loss[0], loss[1]}));
    }
    exit_if(tsv_close(&log));
    printf("%g %g %g %g\n", loss[0], loss[1], ratio[0], ratio[1]);
    network_free(&with);
    network_free(&without);
    tape_free();
    return 0;
}
