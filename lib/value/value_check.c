/* value_check: are the gradients right? Finite differences give the verdict. Taught in chapter 03.
 *
 * The upstream gradient is random: ones would hide errors that cancel in a sum. Every derivative is
 * measured with the five-point difference and compared twice. Leaves ADD, so for Values a fresh
 * gradient is a zeroed one; interior gradients are fresh in the strong sense, NaN until backward
 * sets them. The second backward runs over the same graph, its interior gradients stale and its
 * leaves holding random numbers, and what it added is compared. A float build holds its numbers to
 * those of the double build instead: at float's precision a difference proves little. */
#include "value/value.h"

#include <stdlib.h>

/* A power of two, so that pokes around a float are exact. Truncation and round-off both stay near
 * 1e-13 for functions whose size and derivatives are about 1. */
static const real STEP = 0x1p-10;

typedef struct {
    const ValueCheck *check;
    real *upstream, *before;       /* (outputs), and what leaves hold before the second backward */
    real *x, *y, *plain;           /* (inputs), (outputs), (outputs) */
    real *fresh, *added, *numeric; /* (inputs) */
} Numbers;

static real draw(Random *random) { return (real)(float)random_normal(random); }

/* Draws from the gate's stream first of all, so that a row sees the same numbers under --only. */
static Numbers numbers_make(const ValueCheck *check)
{
    size_t n = check->inputs, m = check->outputs;
    real *memory = memory_calloc(5 * n + 3 * m, sizeof *memory);
    Numbers numbers = {
        .check = check, .upstream = memory, .y = memory + m, .plain = memory + 2 * m};
    memory += 3 * m;
    numbers.before = memory;
    numbers.x = memory + n;
    numbers.fresh = memory + 2 * n;
    numbers.added = memory + 3 * n;
    numbers.numeric = memory + 4 * n;
    for (size_t j = 0; j < m; j++) {
        real random = draw(gate_random());
        numbers.upstream[j] = check->upstream == NULL ? random : check->upstream[j];
    }
    for (size_t i = 0; i < n; i++) {
        numbers.before[i] = draw(gate_random());
        check->x[i]->data = (real)(float)check->x[i]->data;
        numbers.x[i] = check->x[i]->data;
    }
    return numbers;
}

/* One graph, one forward and two backwards over it. */
static void run_backward(Numbers *numbers)
{
    const ValueCheck *check = numbers->check;
    ValueMark mark = value_mark();
    Value **y = value_list(check->outputs);
    for (size_t i = 0; i < check->inputs; i++)
        check->x[i]->grad = 0;
    check->graph(check->x, y, check->context);
    for (size_t j = 0; j < check->outputs; j++)
        numbers->y[j] = y[j]->data;
    value_backward_from(y, numbers->upstream, check->outputs);
    for (size_t i = 0; i < check->inputs; i++) {
        numbers->fresh[i] = check->x[i]->grad;
        check->x[i]->grad = numbers->before[i];
    }
    value_backward_from(y, numbers->upstream, check->outputs);
    for (size_t i = 0; i < check->inputs; i++) {
        numbers->added[i] = check->x[i]->grad - numbers->before[i];
        check->x[i]->grad = 0;
    }
    value_release(mark);
}

typedef struct {
    const Numbers *numbers;
    size_t input;
} Poke;

/* The sum of upstream times outputs, as a function of one input; the input is put back. */
static real poked(real x, const void *context)
{
    const Poke *poke = context;
    const ValueCheck *check = poke->numbers->check;
    Value *leaf = check->x[poke->input];
    real kept = leaf->data;
    ValueMark mark = value_mark();
    Value **y = value_list(check->outputs);
    leaf->data = x;
    check->graph(check->x, y, check->context);
    real sum = 0;
    for (size_t j = 0; j < check->outputs; j++)
        sum += poke->numbers->upstream[j] * y[j]->data;
    leaf->data = kept;
    value_release(mark);
    return sum;
}

static double compare(const real *analytic, const real *other, size_t count, const char *what,
                      GateRow *row)
{
    double worst = 0;
    for (size_t i = 0; i < count; i++) {
        double error = gate_error((double)analytic[i], (double)other[i]);
        if (error <= worst)
            continue;
        worst = error;
        if (error > fmax(fmax(row->fresh, row->added), row->forward))
            snprintf(row->detail, sizeof row->detail, "%s[%zu]: computed %.12g, expected %.12g",
                     what, i, (double)analytic[i], (double)other[i]);
    }
    return worst;
}

static void measure_double(Numbers *numbers, GateRow *row)
{
    const ValueCheck *check = numbers->check;
    for (size_t i = 0; i < check->inputs; i++) {
        Poke poke = {numbers, i};
        numbers->numeric[i] = difference_five_point(poked, &poke, numbers->x[i], STEP);
    }
    check->plain(numbers->x, numbers->plain, check->context);
    row->forward = compare(numbers->y, numbers->plain, check->outputs, "output", row);
    row->fresh = compare(numbers->fresh, numbers->numeric, check->inputs, "gradient of x", row);
    row->added = compare(numbers->added, numbers->numeric, check->inputs, "added to x", row);
}

static void measure_float(const Numbers *numbers, GateRow *row)
{
    const ValueCheck *check = numbers->check;
    char what[200];
    snprintf(what, sizeof what, "%s: forward", row->name);
    row->precision = gate_precision(what, numbers->y, check->outputs);
    snprintf(what, sizeof what, "%s: gradient", row->name);
    row->precision = fmax(row->precision, gate_precision(what, numbers->fresh, check->inputs));
}

static GateRow measure(Numbers *numbers)
{
    const ValueCheck *check = numbers->check;
    GateRow row = {.name = check->name,
                   .elements = check->inputs,
                   .tolerance = check->tolerance,
                   .why = check->why};
    run_backward(numbers);
    measure_float(numbers, &row); /* in double this keeps the numbers for the float build */
    if (!gate_is_float())
        measure_double(numbers, &row);
    return row;
}

GateRow value_measure(const ValueCheck *check)
{
    Numbers numbers = numbers_make(check);
    GateRow row = measure(&numbers);
    free(numbers.upstream);
    return row;
}

void value_check(const ValueCheck *check)
{
    Numbers numbers = numbers_make(check);
    if (gate_wants(check->name)) {
        GateRow row = measure(&numbers);
        gate_report(&row);
    }
    free(numbers.upstream);
}
