/* check: the finite-difference checker for tensors. Taught in chapter 03, used by every gate.
 *
 * A row pokes every element of every input and asks whether the result moved as the backward said.
 * What is compared is sum(upstream * result) for a random upstream: an upstream of ones would hide
 * every mistake in a softmax or a normalisation, whose rows sum to constants. In double the row runs
 * on gradients that are fresh (filled with NaN) and on ones that already hold values (where what was
 * added is judged). In float the same inputs give a result and gradients that are held to double's. */
#include "tensor/tensor.h"

#include <float.h>
#include <stdlib.h>
#include <string.h>

/* A power of two, so that pokes are exact. For functions whose derivatives are about 1 the error of
 * truncation, of order step^4, and that of rounding, about 1e-16 / step, are then both near 1e-13; a
 * whole model's fifth derivatives are larger, which is why the step is not. */
static const real STEP = (real)0x1p-11;

/* Drawn in double, rounded to float: the same number in both precisions. */
static real exact(double value)
{
    return (real)(float)value;
}

Tensor *check_normal(Shape shape, real deviation)
{
    Tensor *t = tensor_new(shape);
    for (size_t i = 0; i < t->size; i++)
        t->data[i] = exact((double)deviation * random_normal(gate_random()));
    return t;
}

Tensor *check_away_from_zero(Shape shape, real margin)
{
    Tensor *t = check_normal(shape, 1);
    for (size_t i = 0; i < t->size; i++)
        t->data[i] = exact((double)(t->data[i] < 0 ? t->data[i] - margin : t->data[i] + margin));
    return t;
}

Tensor *check_uniform(Shape shape, real low, real high)
{
    Tensor *t = tensor_new(shape);
    for (size_t i = 0; i < t->size; i++)
        t->data[i] = exact((double)low + (double)(high - low) * random_uniform(gate_random()));
    return t;
}

/* The worst element so far of one run, for the message. */
typedef struct {
    double error;
    int input;
    size_t element;
    double analytic, numeric;
} Worst;

static void note(Worst *worst, int input, size_t element, double analytic, double numeric)
{
    double error = gate_error(analytic, numeric);
    if (error > worst->error)
        *worst = (Worst){error, input, element, analytic, numeric};
}

static void run_forward(const TensorCheck *check, real *into, size_t size)
{
    TapeMark mark = tape_mark();
    bool recording = tape_set_recording(false);
    Tensor *out = check->forward(check->in, check->context);
    require(out->size == size, "tensor_check: %s changed the size of its result", check->name);
    memcpy(into, out->data, size * sizeof *into);
    tape_set_recording(recording);
    tape_release(mark);
}

/* a - b, where two equal infinities (masked scores) do not differ. */
static real moved(real a, real b)
{
    return a == b ? 0 : a - b;
}

/* d sum(upstream * result) / d input[element], by the five-point formula of difference.c, element by
 * element of the result so that what did not move cancels exactly. Restores what it pokes. */
static double numeric_gradient(const TensorCheck *check, int input, size_t element, real step,
                               const real *upstream, real *buffer, size_t size)
{
    real *at = &check->in[input]->data[element], kept = *at;
    const int poke[4] = {1, -1, 2, -2};
    for (int p = 0; p < 4; p++) {
        *at = kept + (real)poke[p] * step;
        run_forward(check, buffer + (size_t)p * size, size);
    }
    *at = kept;
    double sum = 0;
    for (size_t i = 0; i < size; i++) {
        real near = moved(buffer[i], buffer[size + i]);
        real far = moved(buffer[2 * size + i], buffer[3 * size + i]);
        if (near != 0 || far != 0)
            sum += (double)(upstream[i] * (8 * near - far));
    }
    return sum / (12 * (double)step);
}

/* A gradient between two fences: a backward that writes an element too many breaks one. */
enum { FENCE = 16 };
static const real FENCE_VALUE = 1964;

static real *fenced(size_t size)
{
    real *fence = tape_alloc((size + 2 * FENCE) * sizeof *fence);
    for (size_t i = 0; i < FENCE; i++)
        fence[i] = fence[FENCE + size + i] = FENCE_VALUE;
    return fence + FENCE;
}

static bool fences_stand(const Tensor *in)
{
    const real *before = in->grad - FENCE, *behind = in->grad + in->size;
    bool stand = true;
    for (size_t i = 0; i < FENCE; i++)
        stand = stand && before[i] == FENCE_VALUE && behind[i] == FENCE_VALUE;
    return stand;
}

/* Runs forward and backward once; gradients of the inputs begin as `before` when given, else as NaN
 * that no one may read. Leaves in `out` what each gradient gained, inputs one after the other. False
 * when something was written outside of one. */
static bool analytic_gradient(const TensorCheck *check, const real *upstream, const real *before,
                              real *out)
{
    TapeMark mark = tape_mark();
    Tensor *result = check->forward(check->in, check->context);
    real *own[CHECK_INPUTS_MAX];
    size_t offset = 0;
    bool whole = true;
    for (int k = 0; k < check->n; k++) {
        Tensor *in = check->in[k];
        own[k] = in->grad;
        in->grad = fenced(in->size);
        for (size_t i = 0; i < in->size; i++)
            in->grad[i] = before == NULL ? (real)NAN : before[offset + i];
        in->has_grad = before != NULL;
        offset += in->size;
    }
    tensor_backward_from(result, upstream);
    offset = 0;
    for (int k = 0; k < check->n; k++) {
        Tensor *in = check->in[k];
        for (size_t i = 0; i < in->size; i++)
            out[offset + i] = before == NULL ? in->grad[i] : in->grad[i] - before[offset + i];
        offset += in->size;
        whole = whole && fences_stand(in);
        in->grad = own[k];
        in->has_grad = false;
    }
    tape_release(mark);
    return whole;
}

static size_t total_elements(const TensorCheck *check)
{
    size_t total = 0;
    for (int k = 0; k < check->n; k++)
        total += check->in[k]->size;
    return total;
}

static real *random_values(size_t count)
{
    real *values = tape_alloc(count * sizeof *values);
    for (size_t i = 0; i < count; i++)
        values[i] = exact(random_normal(gate_random()));
    return values;
}

/* The forward's worst error by the largest value of its reference; infinite if it has none. */
static double forward_error(const TensorCheck *check, const real *result, size_t size)
{
    real *reference = tape_alloc(size * sizeof *reference);
    if (check->reference != NULL)
        check->reference(reference, check->in, check->context);
    else if (check->expected != NULL)
        memcpy(reference, check->expected, size * sizeof *reference);
    else
        return HUGE_VAL;
    double worst = 0, largest = DBL_MIN;
    for (size_t i = 0; i < size; i++) {
        double difference = fabs((double)moved(result[i], reference[i]));
        worst = isnan(difference) ? HUGE_VAL : fmax(worst, difference);
        if (!isinf(reference[i]))
            largest = fmax(largest, fabs((double)reference[i]));
    }
    return worst / largest;
}

static void describe(GateRow *row, const char *run, Worst worst)
{
    if (worst.error <= (row->tolerance > 0 ? row->tolerance : 1e-8) || row->detail[0] != '\0')
        return;
    snprintf(row->detail, sizeof row->detail,
             "%s: worst at input %d, element %zu: backward %.10g, measured %.10g", run, worst.input,
             worst.element, worst.analytic, worst.numeric);
}

static Worst compare(const TensorCheck *check, const real *analytic, const double *numeric)
{
    Worst worst = {.error = 0};
    size_t offset = 0;
    for (int k = 0; k < check->n; offset += check->in[k]->size, k++)
        for (size_t i = 0; i < check->in[k]->size; i++)
            note(&worst, k, i, (double)analytic[offset + i], numeric[offset + i]);
    return worst;
}

static void numeric_gradients(const TensorCheck *check, real step, const real *upstream,
                              size_t size, double *out)
{
    TapeMark mark = tape_mark();
    real *buffer = tape_alloc(4 * size * sizeof *buffer);
    for (int k = 0; k < check->n; k++)
        for (size_t i = 0; i < check->in[k]->size; i++)
            *out++ = numeric_gradient(check, k, i, step, upstream, buffer, size);
    tape_release(mark);
}

/* Where the two differ by more than this, truncation may be to blame: a sharp bend of the function,
 * as layer norm has where a row's variance is small. Measured again with a quarter of the step, what
 * truncation left shrinks 256-fold, while a wrong gradient is as wrong as before. */
static const double SUSPICIOUS = 1e-9;

static void measure_again(const TensorCheck *check, real step, const real *upstream, size_t size,
                          const real *analytic, double *numeric)
{
    TapeMark mark = tape_mark();
    real *buffer = tape_alloc(4 * size * sizeof *buffer);
    for (int k = 0; k < check->n; k++)
        for (size_t i = 0; i < check->in[k]->size; i++, analytic++, numeric++) {
            double error = gate_error((double)*analytic, *numeric);
            if (error <= SUSPICIOUS)
                continue;
            double again = numeric_gradient(check, k, i, step / 4, upstream, buffer, size);
            if (gate_error((double)*analytic, again) < error)
                *numeric = again;
        }
    tape_release(mark);
}

/* In double: both runs against the measured gradients. */
static void check_double(const TensorCheck *check, GateRow *row, const real *upstream, size_t size,
                         const real *fresh, const real *before)
{
    size_t count = row->elements;
    real step = check->step > 0 ? check->step : STEP;
    real *added = tape_alloc(count * sizeof *added);
    double *numeric = tape_alloc(count * sizeof *numeric);
    numeric_gradients(check, step, upstream, size, numeric);
    measure_again(check, step, upstream, size, fresh, numeric);
    Worst on_fresh = compare(check, fresh, numeric);
    analytic_gradient(check, upstream, before, added);
    Worst on_used = compare(check, added, numeric);
    row->fresh = on_fresh.error;
    row->added = on_used.error;
    describe(row, "fresh buffer", on_fresh);
    describe(row, "used buffer", on_used);
    if (check->why == NULL)
        return;
    const real scale[3] = {10, 1, (real)0.1};
    size_t used = strlen(row->detail);
    for (int s = 0; s < 3; s++) {
        numeric_gradients(check, step * scale[s], upstream, size, numeric);
        used += (size_t)snprintf(row->detail + used, sizeof row->detail - used,
                                 "%s step %.0e: error %.1e", s == 0 ? "" : ",",
                                 (double)(step * scale[s]), compare(check, fresh, numeric).error);
    }
}

static void check_in_precision(const TensorCheck *check, GateRow *row, const real *result,
                               size_t size, const real *fresh)
{
    char what[200];
    snprintf(what, sizeof what, "%s: forward", check->name);
    row->precision = gate_precision(what, result, size);
    for (int k = 0; k < check->n; fresh += check->in[k]->size, k++) {
        snprintf(what, sizeof what, "%s: gradient %d", check->name, k);
        row->precision = fmax(row->precision, gate_precision(what, fresh, check->in[k]->size));
    }
}

static void prepare_inputs(const TensorCheck *check)
{
    require(check->n <= CHECK_INPUTS_MAX, "tensor_check: %s has too many inputs", check->name);
    for (int k = 0; k < check->n; k++)
        tensor_want_grad(check->in[k]);
}

void tensor_check(const TensorCheck *check)
{
    size_t size = shape_size(check->shape);
    size_t count = total_elements(check);
    /* Drawn whatever follows, so that both precisions draw the same numbers. */
    real *upstream = random_values(size), *before = random_values(count);
    if (!gate_wants(check->name))
        return;
    GateRow row = {.name = check->name, .elements = count, .tolerance = check->tolerance,
                   .why = check->why};
    prepare_inputs(check);
    TapeMark mark = tape_mark();
    Tensor *first = check->forward(check->in, check->context);
    if (!shape_equal(first->shape, check->shape)) {
        snprintf(row.detail, sizeof row.detail, "forward: expected the shape %s, found %s",
                 shape_text(check->shape), shape_text(first->shape));
        row.forward = row.precision = HUGE_VAL;
    } else {
        real *fresh = tape_alloc(count * sizeof *fresh);
        row.forward = gate_is_float() ? 0 : forward_error(check, first->data, size);
        if (row.forward > 1e-12)
            snprintf(row.detail, sizeof row.detail, "the forward differs from its reference");
        bool whole = analytic_gradient(check, upstream, NULL, fresh);
        check_in_precision(check, &row, first->data, size, fresh);
        if (!gate_is_float())
            check_double(check, &row, upstream, size, fresh, before);
        if (!whole) {
            snprintf(row.detail, sizeof row.detail, "backward wrote outside of a gradient");
            row.fresh = row.precision = HUGE_VAL;
        }
    }
    gate_report(&row);
    tape_release(mark);
}
