/* Trains one small network under each optimizer: the same first weights, the same batches, and each
 * at the best rate of the grid that `--search` goes through. The task is to tell two spirals apart,
 * which wind around each other, so that no straight step leads far: a network 2-32-32-2 of tanh.
 * Layers and the loss come from chapters 07 and 08, as tools.
 *
 * Columns: step, the mean loss over all points under each optimizer. Beside FILE.tsv it writes
 *   FILE-paths.tsv     step sgd_x sgd_y momentum_x momentum_y adam_x adam_y adamw_x adamw_y: the ways
 *                      down the valley f(x,y) = ((x-2)^2 + 20 (y-1)^2) / 2 from (-2, 2.2)
 *   FILE-schedule.tsv  step rate: the schedule of chapter 15's training */
#include "../program.h"
#include "nn/nn.h"
#include "optim/optim.h"
#include "show/show.h"

#include <stdlib.h>
#include <string.h>

enum { POINTS = 256, BATCH = 64, HIDDEN = 32, STEPS = 1200, EVERY = 10, ROWS = STEPS / EVERY + 1 };
enum { WITH_SGD, WITH_MOMENTUM, WITH_ADAM, WITH_ADAMW, RULES };
static const char *const NAMES[RULES] = {"sgd", "momentum", "adam", "adamw"};
static const double RATES[RULES] = {0.3, 0.1, 0.01, 0.01}; /* what --search found best */
static const double KEEP = 0.9, DECAY = 0.1;

/* ---- one face for the four rules ------------------------------------------------------------------ */
typedef struct {
    int rule, n;
    Tensor **parameters;
    Momentum *momentum;
    AdamW *adam;
} Optimizer;

static Optimizer optimizer_make(int rule, Tensor **parameters, int n, const bool *decays)
{
    AdamSettings settings = adam_settings();
    settings.decay = rule == WITH_ADAMW ? DECAY : 0;
    return (Optimizer){rule, n, parameters, momentum_make(parameters, n, KEEP),
                       adamw_make(parameters, n, decays, settings)};
}

static void optimizer_step(Optimizer *optimizer, double rate)
{
    switch (optimizer->rule) {
    case WITH_SGD: sgd_step(optimizer->parameters, optimizer->n, rate, 1); break;
    case WITH_MOMENTUM: momentum_step(optimizer->momentum, rate, 1); break;
    case WITH_ADAM: adam_step(optimizer->adam, rate, 1); break;
    default: adamw_step(optimizer->adam, rate, 1);
    }
}

static void optimizer_free(Optimizer *optimizer)
{
    momentum_free(optimizer->momentum);
    adamw_free(optimizer->adam);
}

/* ---- two spirals ------------------------------------------------------------------------------------ */
typedef struct {
    real x[POINTS][2];
    int arm[POINTS];
} Spirals;

/* Each arm turns once and a half around the origin; the second is the first turned by half a turn. */
static Spirals spirals_make(uint64_t seed)
{
    const double pi = 3.14159265358979323846;
    Spirals spirals;
    Random random = random_make(seed, 1);
    for (int i = 0; i < POINTS; i++) {
        double along = 0.1 + 0.9 * random_uniform(&random);
        double angle = 3 * pi * along + pi * (i % 2);
        spirals.arm[i] = i % 2;
        spirals.x[i][0] = (real)(2 * along * cos(angle) + 0.03 * random_normal(&random));
        spirals.x[i][1] = (real)(2 * along * sin(angle) + 0.03 * random_normal(&random));
    }
    return spirals;
}

/* ---- the network --------------------------------------------------------------------------------------- */
enum { LAYERS = 3, TENSORS = 2 * LAYERS };
typedef struct {
    Parameters list;
    Linear layer[LAYERS];
    Tensor *tensors[TENSORS];
} Network;

static void network_make(Network *network, uint64_t seed)
{
    static const size_t widths[LAYERS + 1] = {2, HIDDEN, HIDDEN, 2};
    Random random = random_make(seed, 0);
    network->list = (Parameters){0};
    for (int l = 0; l < LAYERS; l++) {
        char name[16];
        snprintf(name, sizeof name, "layer%d", l);
        network->layer[l] = linear_make(&network->list, name, widths[l], widths[l + 1], true, &random);
    }
    for (int i = 0; i < TENSORS; i++)
        network->tensors[i] = network->list.items[i].tensor;
}

static Tensor *network_loss(const Network *network, const real *x, const int *arm, size_t points)
{
    Tensor *h = tensor_from(shape2(points, 2), x); /* (N,2) */
    for (int l = 0; l < LAYERS; l++) {
        h = linear_forward(&network->layer[l], h);
        h = l + 1 < LAYERS ? tensor_tanh(h) : h;
    }
    return tensor_softmax_cross_entropy(h, arm);
}

static double loss_of_all(const Network *network, const Spirals *spirals)
{
    bool recording = tape_set_recording(false);
    TapeMark mark = tape_mark();
    double loss = (double)tensor_item(network_loss(network, &spirals->x[0][0], spirals->arm, POINTS));
    tape_release(mark);
    tape_set_recording(recording);
    return loss;
}

/* The gradients of a batch that depends on the seed and the step alone. */
static void batch_gradients(Network *network, const Spirals *spirals, uint64_t seed, int step)
{
    real x[BATCH][2];
    int arm[BATCH];
    Random random = random_make(seed, 2 + (uint64_t)step);
    for (int b = 0; b < BATCH; b++) {
        size_t i = (size_t)random_below(&random, POINTS);
        memcpy(x[b], spirals->x[i], sizeof x[b]);
        arm[b] = spirals->arm[i];
    }
    TapeMark mark = tape_mark();
    Tensor *loss = network_loss(network, &x[0][0], arm, BATCH);
    gradients_zero(network->tensors, TENSORS);
    tensor_backward(loss);
    tape_release(mark);
}

static double weights_length(const Network *network)
{
    double sum = 0;
    for (int i = 0; i < TENSORS; i++)
        for (size_t j = 0; j < network->tensors[i]->size; j++)
            sum += (double)network->tensors[i]->data[j] * (double)network->tensors[i]->data[j];
    return sqrt(sum);
}

/* Fills losses[ROWS], one for each EVERY steps; returns the length of the weights at the end. */
static double train(int rule, double rate, const Spirals *spirals, uint64_t seed, double *losses)
{
    Network network;
    network_make(&network, seed);
    Optimizer optimizer = optimizer_make(rule, network.tensors, TENSORS, NULL);
    for (int step = 0; step <= STEPS; step++) {
        if (step % EVERY == 0)
            losses[step / EVERY] = loss_of_all(&network, spirals);
        batch_gradients(&network, spirals, seed, step);
        optimizer_step(&optimizer, rate);
    }
    double length = weights_length(&network);
    optimizer_free(&optimizer);
    parameters_free(&network.list);
    return length;
}

/* ---- what is reported -------------------------------------------------------------------------------- */
/* The first reported step from which the loss stays below `level`, or -1. */
static int steps_to(const double *losses, double level)
{
    int row = ROWS;
    while (row > 0 && losses[row - 1] < level)
        row--;
    return row == ROWS ? -1 : row * EVERY;
}

static void train_each(const Spirals *spirals, uint64_t seed, const char *path)
{
    double losses[RULES][ROWS];
    printf("two spirals, %d points, network 2-%d-%d-2, %d steps of %d points, seed %llu\n", POINTS,
           HIDDEN, HIDDEN, STEPS, BATCH, (unsigned long long)seed);
    printf("  %-9s %6s  %10s  %17s  %17s\n", "rule", "rate", "loss", "below 0.1 from", "|weights|");
    for (int rule = 0; rule < RULES; rule++) {
        double length = train(rule, RATES[rule], spirals, seed, losses[rule]);
        int reached = steps_to(losses[rule], 0.1);
        char when[32] = "never";
        if (reached >= 0)
            snprintf(when, sizeof when, "step %d", reached);
        printf("  %-9s %6g  %10.4f  %17s  %17.1f\n", NAMES[rule], RATES[rule], losses[rule][ROWS - 1],
               when, length);
    }
    TsvLog log;
    exit_if(tsv_create(&log, path, "step sgd momentum adam adamw"));
    for (int row = 0; row < ROWS; row++)
        exit_if(tsv_row(&log, 1 + RULES, (double[]){row * EVERY, losses[WITH_SGD][row],
                                                    losses[WITH_MOMENTUM][row], losses[WITH_ADAM][row],
                                                    losses[WITH_ADAMW][row]}));
    exit_if(tsv_close(&log));
}

static void search(const Spirals *spirals, uint64_t seed)
{
    static const double grid[] = {3, 1, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001};
    double losses[ROWS];
    printf("loss after %d steps, by rate\n  %-9s", STEPS, "");
    for (int i = 0; i < 8; i++)
        printf(" %8g", grid[i]);
    for (int rule = 0; rule < RULES; rule++) {
        printf("\n  %-9s", NAMES[rule]);
        for (int i = 0; i < 8; i++) {
            train(rule, grid[i], spirals, seed, losses);
            printf(" %8.4f", losses[ROWS - 1]);
        }
    }
    printf("\n");
}

/* ---- the other two tables ------------------------------------------------------------------------------ */
static void begin_beside(TsvLog *log, const char *path, const char *ending, const char *columns)
{
    char name[1024];
    size_t length = strlen(path);
    length -= length > 4 && strcmp(path + length - 4, ".tsv") == 0 ? 4 : 0;
    if (length > sizeof name - 20)
        exit_with("%s: the name is longer than %zu bytes", path, sizeof name - 20);
    snprintf(name, sizeof name, "%.*s%s", (int)length, path, ending);
    exit_if(tsv_create(log, name, columns));
}

/* A step down the valley, whose gradient is (x - 2, 20 (y - 1)). */
static void valley_step(Optimizer *optimizer, Tensor *at, double rate)
{
    at->grad[0] = at->data[0] - 2;
    at->grad[1] = 20 * (at->data[1] - 1);
    at->has_grad = true;
    optimizer_step(optimizer, rate);
}

static void write_paths(const char *path)
{
    static const double rates[RULES] = {0.09, 0.02, 0.2, 0.2};
    const bool decays = true; /* a lone vector, decayed all the same to show the pull towards zero */
    Tensor *at[RULES];
    Optimizer optimizers[RULES];
    TsvLog log;
    begin_beside(&log, path, "-paths.tsv",
                 "step sgd_x sgd_y momentum_x momentum_y adam_x adam_y adamw_x adamw_y");
    for (int rule = 0; rule < RULES; rule++) {
        at[rule] = tensor_parameter(shape1(2));
        at[rule]->data[0] = -2;
        at[rule]->data[1] = (real)2.2;
        optimizers[rule] = optimizer_make(rule, &at[rule], 1, &decays);
    }
    for (int step = 0; step <= 80; step++) {
        double row[1 + 2 * RULES] = {step};
        for (int rule = 0; rule < RULES; rule++) {
            row[1 + 2 * rule] = (double)at[rule]->data[0];
            row[2 + 2 * rule] = (double)at[rule]->data[1];
            valley_step(&optimizers[rule], at[rule], rates[rule]);
        }
        exit_if(tsv_row(&log, 1 + 2 * RULES, row));
    }
    for (int rule = 0; rule < RULES; rule++) {
        optimizer_free(&optimizers[rule]);
        tensor_free(at[rule]);
    }
    exit_if(tsv_close(&log));
}

static void write_schedule(const char *path)
{
    const Schedule schedule = {.peak = 1e-3, .floor = 1e-4, .warmup = 100, .total = 2000};
    TsvLog log;
    begin_beside(&log, path, "-schedule.tsv", "step rate");
    for (long step = 0; step <= 2200; step += 10)
        exit_if(tsv_row(&log, 2, (double[]){(double)step, schedule_rate(&schedule, step)}));
    exit_if(tsv_close(&log));
}

int main(int argc, char **argv)
{
    const char *path = "build/plots/14-optimizers.tsv";
    uint64_t seed = 14;
    bool searching = false;
    const Option options[] = {{"tsv", OPTION_TEXT, &path, 0, 0, "where the run's log goes"},
                              {"seed", OPTION_SEED, &seed, 0, 0, "of points, weights and batches"},
                              {"search", OPTION_FLAG, &searching, 0, 0,
                               "try eight rates for each optimizer and write no log"}};
    options_parse(argc, argv, "Trains one network under four optimizers and compares them.", options, 3);
    Spirals spirals = spirals_make(seed);
    if (searching)
        search(&spirals, seed);
    else {
        train_each(&spirals, seed, path);
        write_paths(path);
        write_schedule(path);
    }
    tape_free();
    gemm_free_buffers();
    return 0;
}
