/* Fits the same curve six times, by the same network from the same weights, each time with another
 * activation between its two layers. What differs between the loss curves is the activation alone.
 *
 * The network has 1 input, 24 hidden units and 1 output; the curve is sin(3x) + x/2 on [-2, 2],
 * with noise of deviation 0.1 on 65 points. The linear layers and the mean come from chapter 07, as
 * tools. Columns: step, and the mean squared error with each activation. Beside FILE.tsv it writes
 *   FILE-fits.tsv         x, the noisy target, and the fitted value with each activation
 *   FILE-activations.tsv  x, each activation's value, and its slope as the backward gives it
 *   FILE-gelus.tsv        x, and gelu_tanh less gelu: values and slopes */
#include "../program.h"
#include "ops/ops.h"
#include "show/show.h"

#include <string.h>

enum { POINTS = 65, HIDDEN = 24, STEPS = 2000, ACTIVATIONS = 6, PARAMETERS = 4 };
static const real RATE = 0.01;

typedef struct {
    const char *name;
    Tensor *(*op)(Tensor *);
} Activation;

static const Activation activations[ACTIVATIONS] = {
    {"tanh", tensor_tanh}, {"sigmoid", tensor_sigmoid},     {"relu", tensor_relu},
    {"gelu", tensor_gelu}, {"gelu_tanh", tensor_gelu_tanh}, {"silu", tensor_silu}};
static const char columns[] = "tanh sigmoid relu gelu gelu_tanh silu";

typedef struct {
    real x[POINTS], y[POINTS];
} Data;

static Data data_make(uint64_t seed)
{
    Data data;
    Random random = random_make(seed, 0);
    for (int i = 0; i < POINTS; i++) {
        real x = data.x[i] = -2 + (real)4 * (real)i / (POINTS - 1);
        data.y[i] = sin(3 * x) + x / 2 + (real)(0.1 * random_normal(&random));
    }
    return data;
}

/* First weight (1,24), its bias, second weight (24,1), its bias. */
typedef struct {
    Tensor *parameter[PARAMETERS];
} Network;

/* The same numbers for every activation. Hidden units bend at places spread over [-2, 2]. */
static Network network_make(uint64_t seed)
{
    const Shape shapes[PARAMETERS] = {shape2(1, HIDDEN), shape1(HIDDEN), shape2(HIDDEN, 1),
                                      shape1(1)};
    const double deviation[PARAMETERS] = {2, 2, 1 / sqrt((double)HIDDEN), 0};
    Network network;
    Random random = random_make(seed, 1);
    for (int p = 0; p < PARAMETERS; p++) {
        Tensor *t = network.parameter[p] = tensor_parameter(shapes[p]);
        for (size_t i = 0; i < t->size; i++)
            t->data[i] = (real)(deviation[p] * random_normal(&random));
    }
    return network;
}

static void network_free(Network *network)
{
    for (int p = 0; p < PARAMETERS; p++)
        tensor_free(network->parameter[p]);
}

static Tensor *network_forward(const Network *network, const Data *data,
                               const Activation *activation)
{
    Tensor *const *p = network->parameter;
    Tensor *x = tensor_from(shape2(POINTS, 1), data->x);
    return tensor_linear(activation->op(tensor_linear(x, p[0], p[1])), p[2], p[3]); /* (N,1) */
}

/* One step downhill; returns the loss before it. */
static double step_down(Network *network, const Data *data, const Activation *activation)
{
    TapeMark mark = tape_mark();
    Tensor *wanted = tensor_from(shape2(POINTS, 1), data->y);
    Tensor *off = tensor_sub(network_forward(network, data, activation), wanted);
    Tensor *loss = tensor_mean(tensor_mul(off, off), ALL_AXES);
    for (int p = 0; p < PARAMETERS; p++)
        tensor_zero_grad(network->parameter[p]);
    tensor_backward(loss);
    for (int p = 0; p < PARAMETERS; p++) {
        Tensor *t = network->parameter[p];
        for (size_t i = 0; i < t->size; i++)
            t->data[i] -= RATE * t->grad[i];
    }
    double found = (double)tensor_item(loss);
    tape_release(mark);
    return found;
}

static void train(Network *networks, const Data *data, const char *path)
{
    TsvLog log;
    char names[200];
    snprintf(names, sizeof names, "step %s", columns);
    exit_if(tsv_create(&log, path, names));
    double row[1 + ACTIVATIONS], first[ACTIVATIONS] = {0};
    for (int step = 0; step <= STEPS; step++) {
        row[0] = step;
        for (int a = 0; a < ACTIVATIONS; a++)
            row[1 + a] = step_down(&networks[a], data, &activations[a]);
        if (step == 0)
            memcpy(first, row + 1, sizeof first);
        exit_if(tsv_row(&log, 1 + ACTIVATIONS, row));
    }
    exit_if(tsv_close(&log));
    printf("sin(3x) + x/2 with noise of variance 0.01, %d points, %d hidden units, %d steps\n",
           POINTS, HIDDEN, STEPS);
    for (int a = 0; a < ACTIVATIONS; a++)
        printf("  %-10s loss from %5.2f to %.3f\n", activations[a].name, first[a], row[1 + a]);
}

/* A log beside the run's own: FILE-what.tsv for FILE.tsv. */
static void open_beside(TsvLog *log, const char *path, const char *what, const char *names)
{
    char name[1024];
    size_t length = strlen(path);
    length -= length > 4 && strcmp(path + length - 4, ".tsv") == 0 ? 4 : 0;
    if (length > sizeof name - 32)
        exit_with("%s: the name is longer than %zu bytes", path, sizeof name - 32);
    snprintf(name, sizeof name, "%.*s-%s.tsv", (int)length, path, what);
    exit_if(tsv_create(log, name, names));
}

static void write_fits(const Network *networks, const Data *data, const char *path)
{
    TsvLog log;
    char names[200];
    snprintf(names, sizeof names, "x target %s", columns);
    open_beside(&log, path, "fits", names);
    TapeMark mark = tape_mark();
    Tensor *fit[ACTIVATIONS];
    for (int a = 0; a < ACTIVATIONS; a++)
        fit[a] = network_forward(&networks[a], data, &activations[a]);
    for (int i = 0; i < POINTS; i++) {
        double row[2 + ACTIVATIONS] = {(double)data->x[i], (double)data->y[i]};
        for (int a = 0; a < ACTIVATIONS; a++)
            row[2 + a] = (double)fit[a]->data[i];
        exit_if(tsv_row(&log, 2 + ACTIVATIONS, row));
    }
    tape_release(mark);
    exit_if(tsv_close(&log));
}

/* ---- the curves themselves --------------------------------------------------------------------- */
enum { PLACES = 321, GELU = 3, GELU_TANH = 4 };

typedef struct {
    real x[PLACES], value[ACTIVATIONS][PLACES], slope[ACTIVATIONS][PLACES];
} Curves;

/* Each activation at places from -4 to 4; its slope is what backward makes of an upstream of 1. */
static void curves_fill(Curves *curves)
{
    TapeMark mark = tape_mark();
    real ones[PLACES];
    for (int i = 0; i < PLACES; i++) {
        curves->x[i] = (real)(i - PLACES / 2) / 40;
        ones[i] = 1;
    }
    for (int a = 0; a < ACTIVATIONS; a++) {
        Tensor *x = tensor_from(shape1(PLACES), curves->x);
        tensor_want_grad(x);
        Tensor *y = activations[a].op(x);
        tensor_backward_from(y, ones);
        memcpy(curves->value[a], y->data, sizeof curves->value[a]);
        memcpy(curves->slope[a], x->grad, sizeof curves->slope[a]);
    }
    tape_release(mark);
}

static void write_curves(const char *path)
{
    static Curves curves;
    TsvLog all, two;
    curves_fill(&curves);
    open_beside(&all, path, "activations",
                "x tanh sigmoid relu gelu gelu_tanh silu tanh_slope sigmoid_slope relu_slope "
                "gelu_slope gelu_tanh_slope silu_slope");
    open_beside(&two, path, "gelus", "x value slope");
    for (int i = 0; i < PLACES; i++) {
        double row[1 + 2 * ACTIVATIONS] = {(double)curves.x[i]};
        for (int a = 0; a < ACTIVATIONS; a++) {
            row[1 + a] = (double)curves.value[a][i];
            row[1 + ACTIVATIONS + a] = (double)curves.slope[a][i];
        }
        const double apart[3] = {row[0], row[1 + GELU_TANH] - row[1 + GELU],
                                 row[1 + ACTIVATIONS + GELU_TANH] - row[1 + ACTIVATIONS + GELU]};
        exit_if(tsv_row(&all, 1 + 2 * ACTIVATIONS, row));
        exit_if(tsv_row(&two, 3, apart));
    }
    exit_if(tsv_close(&all));
    exit_if(tsv_close(&two));
}

int main(int argc, char **argv)
{
    const char *path = "build/plots/06-elementwise.tsv";
    uint64_t seed = 6;
    const Option options[] = {{"tsv", OPTION_TEXT, &path, 0, 0, "where the run's log goes"},
                              {"seed", OPTION_SEED, &seed, 0, 0, "of noise and weights"}};
    options_parse(argc, argv, "Fits one curve with each activation.", options, 2);
    Data data = data_make(seed);
    Network networks[ACTIVATIONS];
    for (int a = 0; a < ACTIVATIONS; a++)
        networks[a] = network_make(seed);
    train(networks, &data, path);
    write_fits(networks, &data, path);
    write_curves(path);
    for (int a = 0; a < ACTIVATIONS; a++)
        network_free(&networks[a]);
    tape_free();
    gemm_free_buffers();
    return 0;
}
