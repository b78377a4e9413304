/* Trains the two-moons network of chapter 04 twice, side by side: with a Value for every number,
 * and with a tensor for every layer. Both begin with the same weights and see the same hundred
 * points, so each step's loss and gradients can be compared. Layers, tanh and the loss come from
 * chapters 06 to 08, as tools: here they are only used.
 *
 * Columns: step, the loss of either engine, gradients_apart (the largest difference between the two
 * gradients of one weight, by the largest gradient). Beside FILE.tsv it writes
 *   FILE-nodes.tsv   width multiplications values tape_nodes: what each engine records for one loss
 *                    of a network of that width; Values are counted in whole blocks of 256 */
#include "../program.h"
#include "ops/ops.h"
#include "show/show.h"
#include "value/value.h"

#include <stdlib.h>
#include <string.h>

enum { STEPS = 1000, POINTS = 100, LAYERS = 3 };
static const real RATE = 0.5;

/* ---- the data ---- */
typedef struct {
    real x[POINTS][2];
    int moon[POINTS];
} Moons;

/* Chapter 04's: half circles of radius 1, the second upside down; noise of deviation 0.12. */
static Moons moons_make(uint64_t seed)
{
    const double pi = 3.14159265358979323846;
    Moons moons;
    Random random = random_make(seed, 1);
    for (int i = 0; i < POINTS; i++) {
        double angle = pi * random_uniform(&random);
        int moon = moons.moon[i] = i % 2;
        double x = moon == 0 ? cos(angle) : 1 - cos(angle);
        double y = moon == 0 ? sin(angle) : 0.5 - sin(angle);
        moons.x[i][0] = (real)(x + 0.12 * random_normal(&random));
        moons.x[i][1] = (real)(y + 0.12 * random_normal(&random));
    }
    return moons;
}

/* ---- one Value a number ---- */

/* Mean cross-entropy over the first `points` points. */
static Value *value_loss(const ValueMlp *mlp, const Moons *moons, size_t points)
{
    Value *losses[POINTS];
    for (size_t i = 0; i < points; i++) {
        Value *inputs[2] = {value_leaf(moons->x[i][0]), value_leaf(moons->x[i][1])};
        losses[i] = value_cross_entropy(value_mlp_forward(mlp, inputs), 2, (size_t)moons->moon[i]);
    }
    return value_div(value_sum(losses, points), value_leaf((real)points));
}

static double value_step(ValueMlp *mlp, const Moons *moons)
{
    ValueMark mark = value_mark();
    Value *loss = value_loss(mlp, moons, POINTS);
    value_zero_grad(mlp->parameters, mlp->parameter_count);
    value_backward(loss);
    double found = (double)loss->data;
    value_release(mark);
    return found;
}

/* ---- one tensor a layer ---- */
typedef struct {
    Tensor *weight[LAYERS], *bias[LAYERS]; /* (in,out) and (out) */
} TensorMlp;

/* The same network: a neuron's weights are a column of its layer's matrix. */
static TensorMlp tensor_mlp_copy(const ValueMlp *mlp)
{
    TensorMlp copy;
    for (int l = 0; l < LAYERS; l++) {
        const ValueLayer *layer = &mlp->layers[l];
        copy.weight[l] = tensor_parameter(shape2(layer->inputs, layer->outputs));
        copy.bias[l] = tensor_parameter(shape1(layer->outputs));
        for (size_t n = 0; n < layer->outputs; n++) {
            const Value *parameters = layer->neurons[n].parameters;
            for (size_t i = 0; i < layer->inputs; i++)
                copy.weight[l]->data[i * layer->outputs + n] = parameters[i].data;
            copy.bias[l]->data[n] = parameters[layer->inputs].data;
        }
    }
    return copy;
}

static void tensor_mlp_free(TensorMlp *mlp)
{
    for (int l = 0; l < LAYERS; l++) {
        tensor_free(mlp->weight[l]);
        tensor_free(mlp->bias[l]);
    }
}

static Tensor *tensor_loss(const TensorMlp *mlp, const Moons *moons, size_t points)
{
    Tensor *h = tensor_from(shape2(points, 2), &moons->x[0][0]); /* (N,2) */
    for (int l = 0; l < LAYERS; l++) {
        h = tensor_linear(h, mlp->weight[l], mlp->bias[l]);
        h = l + 1 < LAYERS ? tensor_tanh(h) : h;
    }
    return tensor_softmax_cross_entropy(h, moons->moon);
}

static double tensor_step(const TensorMlp *mlp, const Moons *moons)
{
    TapeMark mark = tape_mark();
    Tensor *loss = tensor_loss(mlp, moons, POINTS);
    for (int l = 0; l < LAYERS; l++) {
        tensor_zero_grad(mlp->weight[l]);
        tensor_zero_grad(mlp->bias[l]);
    }
    tensor_backward(loss);
    double found = (double)tensor_item(loss);
    tape_release(mark);
    return found;
}

/* ---- both ---- */
typedef struct {
    double apart, largest;
} Difference;

static void compare(Difference *difference, real a, real b)
{
    difference->apart = fmax(difference->apart, fabs((double)a - (double)b));
    difference->largest = fmax(difference->largest, fabs((double)a));
}

/* The largest difference between gradients of the same parameter, by the largest gradient. */
static double gradients_apart(const ValueMlp *mlp, const TensorMlp *copy)
{
    Difference difference = {0, 0};
    for (int l = 0; l < LAYERS; l++) {
        const ValueLayer *layer = &mlp->layers[l];
        for (size_t n = 0; n < layer->outputs; n++) {
            const Value *parameters = layer->neurons[n].parameters;
            for (size_t i = 0; i < layer->inputs; i++)
                compare(&difference, parameters[i].grad,
                        copy->weight[l]->grad[i * layer->outputs + n]);
            compare(&difference, parameters[layer->inputs].grad, copy->bias[l]->grad[n]);
        }
    }
    return difference.apart / difference.largest;
}

static void descend(Tensor *parameter)
{
    for (size_t i = 0; i < parameter->size; i++)
        parameter->data[i] -= RATE * parameter->grad[i];
}

/* The same, for tensors that hold the Values' weights of this moment. */
static double gradients_apart_here(ValueMlp *mlp, const Moons *moons)
{
    TensorMlp copy = tensor_mlp_copy(mlp);
    value_step(mlp, moons);
    tensor_step(&copy, moons);
    double apart = gradients_apart(mlp, &copy);
    tensor_mlp_free(&copy);
    return apart;
}

static void train(ValueMlp *mlp, const TensorMlp *copy, const Moons *moons, const char *path)
{
    TsvLog log;
    exit_if(tsv_create(&log, path, "step values tensors gradients_apart"));
    double row[4] = {0}, first_loss = 0, curves = 0, before = gradients_apart_here(mlp, moons);
    for (int step = 0; step <= STEPS; step++) {
        row[0] = step;
        row[1] = value_step(mlp, moons);
        row[2] = tensor_step(copy, moons);
        row[3] = gradients_apart(mlp, copy);
        exit_if(tsv_row(&log, 4, row));
        for (size_t i = 0; i < mlp->parameter_count; i++)
            mlp->parameters[i].data -= RATE * mlp->parameters[i].grad;
        for (int l = 0; l < LAYERS; l++) {
            descend(copy->weight[l]);
            descend(copy->bias[l]);
        }
        first_loss = step == 0 ? row[2] : first_loss;
        curves = fmax(curves, fabs(row[1] - row[2]));
    }
    exit_if(tsv_close(&log));
    double apart = fmax(before, gradients_apart_here(mlp, moons));
    printf("two moons, %d points, %zu parameters, %d steps: loss from %.4f to %.4f\n", POINTS,
           mlp->parameter_count, STEPS, first_loss, row[2]);
    printf("  gradients of both engines at the same weights: %s 1e-12 of the largest\n",
           apart <= 1e-12 ? "within" : "NOT within");
    printf("  losses, each engine on its own: %s\n",
           curves <= 1e-10 ? "within 1e-10 at every step"
                           : "not within 1e-10; with these numbers training magnifies round-off");
}

/* ---- nodes against work ---- */
static void count_nodes(const Moons *moons, const char *path, uint64_t seed)
{
    enum { COUNTED = 16, WIDEST = 64 };
    char name[1024];
    size_t length = strlen(path);
    length -= length > 4 && strcmp(path + length - 4, ".tsv") == 0 ? 4 : 0;
    if (length > sizeof name - 16)
        exit_with("%s: the name is longer than %zu bytes", path, sizeof name - 16);
    snprintf(name, sizeof name, "%.*s-nodes.tsv", (int)length, path);
    TsvLog log;
    exit_if(tsv_create(&log, name, "width multiplications values tape_nodes"));
    for (size_t width = 1; width <= WIDEST; width *= 2) {
        Random random = random_make(seed, 2);
        ValueMlp *mlp = value_mlp_make((size_t[]){2, width, width, 2}, LAYERS, VALUE_TANH, &random);
        TensorMlp copy = tensor_mlp_copy(mlp);
        ValueMark values = value_mark();
        TapeMark tape = tape_mark();
        size_t before = value_room();
        value_loss(mlp, moons, COUNTED);
        tensor_loss(&copy, moons, COUNTED);
        double work = (double)(COUNTED * (2 * width + width * width + width * 2));
        exit_if(tsv_row(&log, 4, (double[]){(double)width, work, (double)(value_room() - before),
                                            (double)tape_length()}));
        tape_release(tape);
        value_release(values);
        tensor_mlp_free(&copy);
        value_mlp_free(mlp);
    }
    exit_if(tsv_close(&log));
}

/* Chapter 04 draws its XOR network first, from the same numbers. */
static ValueMlp *network_of_chapter_04(uint64_t seed)
{
    Random random = random_make(seed, 0);
    value_mlp_free(value_mlp_make((size_t[]){2, 4, 1}, 2, VALUE_TANH, &random));
    return value_mlp_make((size_t[]){2, 8, 8, 2}, LAYERS, VALUE_TANH, &random);
}

int main(int argc, char **argv)
{
    const char *path = "build/plots/05-tensor.tsv";
    uint64_t seed = 4;
    const Option options[] = {
        {"tsv", OPTION_TEXT, &path, 0, 0, "where the run's log goes"},
        {"seed", OPTION_SEED, &seed, 0, 0, "of points and weights; 4 is chapter 04's"}};
    options_parse(argc, argv, "Trains the network of chapter 04 in both engines and compares them.",
                  options, 2);
    Moons moons = moons_make(seed);
    ValueMlp *mlp = network_of_chapter_04(seed);
    TensorMlp copy = tensor_mlp_copy(mlp);
    train(mlp, &copy, &moons, path);
    count_nodes(&moons, path, seed);
    tensor_mlp_free(&copy);
    value_mlp_free(mlp);
    value_free_pool();
    tape_free();
    gemm_free_buffers();
    return 0;
}
