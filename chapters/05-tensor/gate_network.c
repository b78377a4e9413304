/* The rows of one network of two layers: held to differences, to the scalar engine of chapter 04,
 * and to itself walked again; what the tape records of it, and how much memory that takes. */
#include "gate.h"
#include "value/value.h"

#include <string.h>

/* ---- a network, for the rows that follow ----------------------------------------------------- */
enum { SAMPLES = 5, INPUTS = 2, HIDDEN = 3 };
enum { X, W, B, V, C, NETWORK };

/* Mean of (v . (x w + b)^2 + c)^2: a matrix product as a broadcast product and a sum, squares as
 * activation. x (5,2,1), w (2,3), b (3), v (3), c a scalar. */
static Tensor *network_forward(Tensor *const *in, const void *context)
{
    (void)context;
    Tensor *h = tensor_add(tensor_sum(tensor_mul(in[X], in[W]), 1), in[B]); /* (5,3) */
    Tensor *squared = tensor_mul(h, h);
    Tensor *y = tensor_add(tensor_sum(tensor_mul(squared, in[V]), -1), in[C]); /* (5) */
    return tensor_scale(tensor_sum(tensor_mul(y, y), ALL_AXES), (real)1 / SAMPLES);
}

static void network_reference(real *out, Tensor *const *in, const void *context)
{
    (void)context;
    *out = 0;
    for (size_t s = 0; s < SAMPLES; s++) {
        real y = in[C]->data[0];
        for (size_t j = 0; j < HIDDEN; j++) {
            real h = in[B]->data[j];
            for (size_t i = 0; i < INPUTS; i++)
                h += in[X]->data[s * INPUTS + i] * in[W]->data[i * HIDDEN + j];
            y += in[V]->data[j] * h * h;
        }
        *out += y * y / SAMPLES;
    }
}

static void network_draw(Tensor **in)
{
    in[X] = check_normal(shape3(SAMPLES, INPUTS, 1), 1);
    in[W] = check_normal(shape2(INPUTS, HIDDEN), (real)0.5);
    in[B] = check_normal(shape1(HIDDEN), (real)0.5);
    /* Outputs above 0: sums over the samples must not cancel down to a float's last digits. */
    in[V] = check_uniform(shape1(HIDDEN), (real)0.2, 1);
    in[C] = check_uniform(shape0(), (real)0.5, 1);
}

static void network_zero(Tensor *const *in)
{
    for (int k = 0; k < NETWORK; k++)
        tensor_zero_grad(in[k]);
}

/* All gradients one after the other; returns how many numbers that is. */
static size_t network_gradients(Tensor *const *in, real *out)
{
    size_t count = 0;
    for (int k = 0; k < NETWORK; count += in[k]->size, k++)
        memcpy(out + count, in[k]->grad, in[k]->size * sizeof *out);
    return count;
}

static void check_repeats(Tensor *const *in)
{
    real first[64], now[64];
    TapeMark mark = tape_mark();
    Tensor *loss = network_forward(in, NULL);
    network_zero(in);
    tensor_backward(loss);
    size_t count = network_gradients(in, first);
    network_zero(in);
    tensor_backward(loss);
    network_gradients(in, now);
    gate_check("backward again, zeroed", memcmp(now, first, count * sizeof *now) == 0,
               "%8zu  the same bits", count);
    tensor_backward(loss);
    network_gradients(in, now);
    double twice[64];
    for (size_t i = 0; i < count; i++)
        twice[i] = 2 * (double)first[i];
    /* To round-off: a sum that goes on from what is there rounds elsewhere than one from 0. */
    check_values("backward again, not zeroed: twice", now, twice, count,
                 gate_is_float() ? 1e-4 : 1e-12);
    tape_release(mark);
    network_zero(in);
    tensor_backward(network_forward(in, NULL));
    network_gradients(in, now);
    gate_check("backward on a new tape, zeroed", memcmp(now, first, count * sizeof *now) == 0,
               "%8zu  the same bits", count);
    tape_release(mark);
}

/* ---- tape ------------------------------------------------------------------------------------ */
static void check_recording(Tensor *const *in)
{
    TapeMark mark = tape_mark();
    size_t before = tape_length();
    bool was = tape_set_recording(false);
    Tensor *silent = network_forward(in, NULL);
    size_t without = tape_length() - before;
    bool was_off = tape_set_recording(was);
    Tensor *loud = network_forward(in, NULL);
    gate_check("tape no-grad records nothing",
               was && !was_off && without == 0 && !silent->wants_grad, "%zu nodes", without);
    gate_check("tape no-grad computes the same",
               memcmp(silent->data, loud->data, sizeof(real)) == 0, "%8d  the same bits", 1);
    gate_check("tape records one node an operation",
               tape_length() - before == 10 && loud->wants_grad, "%zu nodes",
               tape_length() - before);
    tape_release(mark);
    gate_check("tape is as long as at its mark", tape_length() == before, "after a release");
}

static void check_memory(Tensor *const *in)
{
    size_t at_step_2 = 0;
    for (int step = 1; step <= 100; step++) {
        TapeMark mark = tape_mark();
        network_zero(in);
        tensor_backward(network_forward(in, NULL));
        tape_alloc(3 << 19); /* more than the first chunk holds: this goes into a second one */
        tape_release(mark);
        if (step == 2)
            at_step_2 = tape_capacity();
    }
    gate_check("tape memory at step 100 is step 2's", tape_capacity() == at_step_2, "%zu kB",
               at_step_2 / 1024);
    TapeMark mark = tape_mark();
    Tensor *t = tensor_new(shape1(3));
    bool fresh = isnan(t->data[0]) && isnan(t->data[2]);
    const real *data = tensor_from(shape1(2), (real[]){1, 2})->data;
    tape_release(mark);
    /* The memory is still the tape's; only its contents are gone. */
    gate_check("tape poison: unwritten and dead are NaN", fresh && isnan(data[0]) && isnan(data[1]),
               "unwritten, released");
}

/* ---- both engines ---------------------------------------------------------------------------- */
static Value *scalar_network(Value *const *x, Value *const *w, Value *const *b, Value *const *v,
                             Value *c)
{
    Value *terms[SAMPLES];
    for (size_t s = 0; s < SAMPLES; s++) {
        Value *y = c;
        for (size_t j = 0; j < HIDDEN; j++) {
            Value *h = b[j];
            for (size_t i = 0; i < INPUTS; i++)
                h = value_add(h, value_mul(x[s * INPUTS + i], w[i * HIDDEN + j]));
            y = value_add(y, value_mul(v[j], value_mul(h, h)));
        }
        terms[s] = value_mul(y, y);
    }
    return value_mul(value_sum(terms, SAMPLES), value_leaf((real)1 / SAMPLES));
}

static void check_engines(Tensor *const *in)
{
    TapeMark mark = tape_mark();
    ValueMark values = value_mark();
    Value **leaves[NETWORK];
    for (int k = 0; k < NETWORK; k++) {
        leaves[k] = value_list(in[k]->size);
        for (size_t i = 0; i < in[k]->size; i++)
            leaves[k][i] = value_leaf(in[k]->data[i]);
    }
    Value *scalar = scalar_network(leaves[X], leaves[W], leaves[B], leaves[V], leaves[C][0]);
    value_backward(scalar);
    network_zero(in);
    Tensor *loss = network_forward(in, NULL);
    tensor_backward(loss);
    double worst = gate_error((double)tensor_item(loss), (double)scalar->data);
    size_t count = 1;
    for (int k = 0; k < NETWORK; count += in[k]->size, k++)
        for (size_t i = 0; i < in[k]->size; i++)
            worst = fmax(worst, gate_error((double)in[k]->grad[i], (double)leaves[k][i]->grad));
    gate_check("network in Values and in tensors", worst <= (gate_is_float() ? 1e-4 : 1e-12),
               "%8zu  to %s", count, gate_is_float() ? "1e-4" : "1e-12");
    value_release(values);
    tape_release(mark);
    value_free_pool();
}

/* All of them share one network, drawn once. */
void check_network(void)
{
    TapeMark mark = tape_mark();
    Tensor *in[NETWORK];
    network_draw(in);
    TensorCheck network = {.name = "network (5,2) to (3) to one, squares",
                           .forward = network_forward,
                           .n = NETWORK,
                           .shape = shape0(),
                           .reference = network_reference};
    memcpy(network.in, in, sizeof in);
    tensor_check(&network);
    for (int k = 0; k < NETWORK; k++)
        tensor_want_grad(in[k]);
    check_engines(in);
    check_repeats(in);
    check_recording(in);
    check_memory(in);
    tape_release(mark);
}
