/* Trains the same small model twice, with the right gradient and with a subtly wrong one: tanh
 * whose backward forgets a square, 1 - out instead of 1 - out^2. Both losses go down. A falling
 * loss is no proof of a gradient; the gate of this chapter rejects the wrong one at once, and so
 * does the comparison that this program prints.
 *
 * The model is y = sum over six neurons of v tanh(w x + b), fitted to sin(2x) on [-2, 2].
 * Columns: step, the loss of either run.
 *
 * A second table, beside the first, is the figure of how far differences are off, step by step, for
 * one real operation in both precisions. */
#include "../program.h"
#include "show/show.h"
#include "value/value.h"

enum { NEURONS = 6, PARAMETERS = 3 * NEURONS, POINTS = 33, STEPS = 600 };
static const real RATE = 0.1;

typedef Value *(*Activation)(Value *a);

static void wrong_backward(Value *out) { out->parents[0]->grad += (1 - out->data) * out->grad; }

static Value *wrong_tanh(Value *a) { return value_make(tanh(a->data), a, NULL, wrong_backward); }

static void model_begin(Value *parameters)
{
    Random random = random_make(4, 0);
    for (int i = 0; i < PARAMETERS; i++)
        parameters[i] = value_parameter((real)random_normal(&random));
}

static Value *model(Value *parameters, real at, Activation activation)
{
    Value *x = value_leaf(at), *y = value_leaf(0);
    for (int n = 0; n < NEURONS; n++) {
        Value *v = &parameters[n], *w = &parameters[NEURONS + n], *b = &parameters[2 * NEURONS + n];
        y = value_add(y, value_mul(v, activation(value_add(value_mul(w, x), b))));
    }
    return y;
}

static Value *mean_squared_error(Value *parameters, Activation activation)
{
    Value *sum = value_leaf(0);
    for (int i = 0; i < POINTS; i++) {
        real x = -2 + (real)4 * (real)i / (POINTS - 1);
        Value *y = model(parameters, x, activation);
        sum = value_add(sum, value_pow(value_sub(y, value_leaf(sin(2 * x))), 2));
    }
    return value_div(sum, value_leaf(POINTS));
}

/* One step downhill, as far as the gradient at hand knows; returns the loss before it. */
static double step_down(Value *parameters, Activation activation)
{
    ValueMark mark = value_mark();
    Value *error = mean_squared_error(parameters, activation);
    value_zero_grad(parameters, PARAMETERS);
    value_backward(error);
    double loss = (double)error->data;
    for (int i = 0; i < PARAMETERS; i++)
        parameters[i].data -= RATE * parameters[i].grad;
    value_release(mark);
    return loss;
}

typedef struct {
    Value *parameters;
    int index;
} Poke;

static real poked_loss(real value, const void *context)
{
    const Poke *poke = context;
    real kept = poke->parameters[poke->index].data;
    poke->parameters[poke->index].data = value;
    ValueMark mark = value_mark();
    real loss = mean_squared_error(poke->parameters, value_tanh)->data;
    value_release(mark);
    poke->parameters[poke->index].data = kept;
    return loss;
}

/* The worst error of the gradient over all parameters, against five-point differences. */
static double gradient_error(Activation activation)
{
    Value parameters[PARAMETERS];
    model_begin(parameters);
    ValueMark mark = value_mark();
    value_backward(mean_squared_error(parameters, activation));
    value_release(mark);
    double worst = 0;
    for (int i = 0; i < PARAMETERS; i++) {
        Poke poke = {parameters, i};
        const real step = 0x1p-10;
        real measured = difference_five_point(poked_loss, &poke, parameters[i].data, step);
        worst = fmax(worst, gate_error((double)parameters[i].grad, (double)measured));
    }
    return worst;
}

/* ---- differences of one operation against their step ---- */

enum { PLACES = 64, SMALLEST = -40, SMALLEST_FLOAT = -22 };

/* value_tanh's own numbers, forward and backward. */
static real tanh_at(real x, const void *context)
{
    (void)context;
    ValueMark mark = value_mark();
    real y = value_tanh(value_leaf(x))->data;
    value_release(mark);
    return y;
}

static real tanh_slope(real at)
{
    ValueMark mark = value_mark();
    Value *x = value_leaf(at);
    value_backward(value_tanh(x));
    real slope = x->grad;
    value_release(mark);
    return slope;
}

/* The five-point difference, as a float library would compute it. */
static float five_point_float(float x, float h)
{
    float near = tanhf(x + h) - tanhf(x - h), far = tanhf(x + 2 * h) - tanhf(x - 2 * h);
    return (8 * near - far) / (12 * h);
}

/* Columns: the step h, and the worst error at PLACES places from 0.25 to 1.75 of the central and
 * the five-point difference, and of the five-point difference in float, which ends where x + h is
 * x. */
static void write_steps(const char *path)
{
    TsvLog log;
    double least_double = HUGE_VAL, least_float = HUGE_VAL;
    exit_if(tsv_create_beside(&log, path, "steps", "h central five_point in_float"));
    for (int power = SMALLEST; power <= -1; power++) {
        const real h = (real)ldexp(1, power);
        double row[4] = {(double)h};
        for (int i = 0; i < PLACES; i++) {
            /* A float, so that both precisions stand at the same place. */
            const real x = (real)(0.25f + 1.5f * (float)i / (PLACES - 1));
            const double slope = (double)tanh_slope(x);
            const double central = (double)difference_central(tanh_at, NULL, x, h);
            const double five = (double)difference_five_point(tanh_at, NULL, x, h);
            row[1] = fmax(row[1], gate_error(slope, central));
            row[2] = fmax(row[2], gate_error(slope, five));
            row[3] = fmax(row[3], gate_error(slope, (double)five_point_float((float)x, (float)h)));
        }
        if (power < SMALLEST_FLOAT)
            row[3] = (double)NAN;
        least_double = fmin(least_double, row[2]);
        least_float = fmin(least_float, power < SMALLEST_FLOAT ? HUGE_VAL : row[3]);
        exit_if(tsv_row(&log, 4, row));
    }
    exit_if(tsv_close(&log));
    printf("five-point differences of tanh at %d places, the worst error at the best step\n",
           PLACES);
    printf("  in double %s 1e-11, in float %s 1e-6\n", least_double < 1e-11 ? "below" : "ABOVE",
           least_float > 1e-6 ? "above" : "BELOW");
}

int main(int argc, char **argv)
{
    TsvLog log;
    const char *path = program_tsv(argc, argv, "build/plots/03-gradcheck.tsv");
    exit_if(tsv_create(&log, path, "step right_gradient wrong_gradient"));
    Value right[PARAMETERS], wrong[PARAMETERS];
    model_begin(right);
    model_begin(wrong);
    double right_first = 0, wrong_first = 0, right_loss = 0, wrong_loss = 0;
    for (int step = 0; step <= STEPS; step++) {
        right_loss = step_down(right, value_tanh);
        wrong_loss = step_down(wrong, wrong_tanh);
        if (step == 0)
            right_first = right_loss, wrong_first = wrong_loss;
        exit_if(tsv_row(&log, 3, (double[]){step, right_loss, wrong_loss}));
    }
    exit_if(tsv_close(&log));
    double right_error = gradient_error(value_tanh), wrong_error = gradient_error(wrong_tanh);
    printf("sin(2x) by %d neurons, %d steps\n", NEURONS, STEPS);
    printf("  right gradient: loss from %.2f to %.4f; five-point differences say: error %s 1e-8\n",
           right_first, right_loss, right_error < 1e-8 ? "below" : "ABOVE");
    printf("  wrong gradient: loss from %.2f to %.4f; five-point differences say: error %s 0.1\n",
           wrong_first, wrong_loss, wrong_error > 0.1 ? "above" : "BELOW");
    write_steps(path);
    value_free_pool();
    return 0;
}
