/* The check of 04-scalar-mlp/neuron: the worked neuron, every activation, an input used twice.
 * x is the weights, the bias, the inputs. */
#include "../learn/check.h"

#include <stdlib.h>

enum { MOST = 5 };

/* `count` leaves in a row, of the trial's numbers from `begin` on; exactly as many, so that a
 * sanitizer sees who reads one too far. */
static Value *leaves_make(const Trial *trial, size_t begin, size_t count)
{
    Value *leaves = memory_alloc(count * sizeof *leaves);
    for (size_t i = 0; i < count; i++) {
        leaves[i] = value_parameter((real)trial->x[begin + i]);
        leaves[i].grad = trial->dx != NULL ? (real)trial->dx[begin + i] : 0;
    }
    return leaves;
}

/* A neuron of `inputs` inputs; its parameters must lie in a row, so they are made here. */
static void neuron_run(Trial *trial, size_t inputs, ValueActivation activation, bool first_twice)
{
    size_t own = inputs + 1, distinct = first_twice ? 1 : inputs;
    Value *parameters = leaves_make(trial, 0, own), *given = leaves_make(trial, own, distinct);
    Value **in = memory_alloc(inputs * sizeof(Value *));
    for (size_t i = 0; i < inputs; i++)
        in[i] = &given[first_twice ? 0 : i];
    ValueMark mark = value_mark();
    ValueNeuron neuron = {inputs, activation, parameters};
    Value *y = value_neuron_forward(&neuron, in);
    trial->y[0] = (double)y->data;
    if (trial->dx != NULL) {
        const real upstream = (real)trial->dy[0];
        value_backward_from(&y, &upstream, 1);
        for (size_t i = 0; i < own + distinct; i++)
            trial->dx[i] = (double)(i < own ? parameters[i] : given[i - own]).grad;
    }
    value_release(mark);
    free(in);
    free(given);
    free(parameters);
}

static double sum_plain(const double *x, size_t inputs, bool first_twice)
{
    double sum = 0;
    for (size_t i = inputs; i-- > 0;)
        sum += x[i] * x[inputs + 1 + (first_twice ? 0 : i)];
    return sum + x[inputs];
}

static void draw_worked(Random *random, double *x)
{
    (void)random;
    static const double worked[5] = {1, -2, -1, 3, 1};
    for (size_t i = 0; i < 5; i++)
        x[i] = worked[i];
}

/* A bias that outweighs the products keeps the sum away from relu's kink. */
static void draw_relu(Random *random, double *x, double bias)
{
    for (size_t i = 0; i < 2 * MOST + 1; i++)
        x[i] = random_uniform(random) - 0.5;
    x[MOST] = bias;
}
static void draw_on(Random *random, double *x) { draw_relu(random, x, 5); }
static void draw_off(Random *random, double *x) { draw_relu(random, x, -5); }

static void two_run(Trial *trial) { neuron_run(trial, 2, VALUE_TANH, false); }
static void two_plain(const double *x, double *y) { y[0] = tanh(sum_plain(x, 2, false)); }
static void linear_run(Trial *trial) { neuron_run(trial, MOST, VALUE_LINEAR, false); }
static void linear_plain(const double *x, double *y) { y[0] = sum_plain(x, MOST, false); }
static void tanh_run(Trial *trial) { neuron_run(trial, MOST, VALUE_TANH, false); }
static void tanh_plain(const double *x, double *y) { y[0] = tanh(sum_plain(x, MOST, false)); }
static void relu_run(Trial *trial) { neuron_run(trial, MOST, VALUE_RELU, false); }
static void relu_plain(const double *x, double *y)
{
    double sum = sum_plain(x, MOST, false);
    y[0] = (sum + fabs(sum)) / 2;
}
static void twice_run(Trial *trial) { neuron_run(trial, 3, VALUE_TANH, true); }
static void twice_plain(const double *x, double *y) { y[0] = tanh(sum_plain(x, 3, true)); }

const Case check_cases[] = {
    {.name = "tanh(1*3 - 2*1 - 1)",
     .x = "w[2] b x[2]",
     .y = "y",
     .run = two_run,
     .plain = two_plain,
     .draw = draw_worked},
    {.name = "five inputs, no activation",
     .x = "w[5] b x[5]",
     .y = "y",
     .run = linear_run,
     .plain = linear_plain},
    {.name = "five inputs, tanh",
     .x = "w[5] b x[5]",
     .y = "y",
     .run = tanh_run,
     .plain = tanh_plain},
    {.name = "relu, on",
     .x = "w[5] b x[5]",
     .y = "y",
     .run = relu_run,
     .plain = relu_plain,
     .draw = draw_on},
    {.name = "relu, off",
     .x = "w[5] b x[5]",
     .y = "y",
     .run = relu_run,
     .plain = relu_plain,
     .draw = draw_off},
    {.name = "one input read three times",
     .x = "w[3] b x",
     .y = "y",
     .run = twice_run,
     .plain = twice_plain},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
