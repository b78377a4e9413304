/* The rows of sums, softmax and cross-entropy. */
#include "gate.h"

#include <string.h>

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

real log_sum_exp(const real *x, size_t count)
{
    real largest = x[0], sum = 0;
    for (size_t i = 1; i < count; i++)
        largest = fmax(largest, x[i]);
    for (size_t i = 0; i < count; i++)
        sum += exp(x[i] - largest);
    return largest + log(sum);
}

void softmax_plain(const real *x, real *y, const void *context)
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

void check_losses(void)
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
