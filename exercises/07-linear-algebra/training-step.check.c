/* The check of 07-linear-algebra/training-step: two steps, against the same two by hand: the
 * scores' gradient is (p - 1 at the target) / rows, as chapter 04 derived it. Then two more, of
 * fewer rows at another rate, on parameters whose gradients hold something. */
#include "../learn/check.h"
#include "classifier.h"

enum { ROWS = 5, FEWER = 3, IN = 3, HIDDEN = 4, CLASSES = 5 };
enum { W0 = 0, B0 = W0 + IN * HIDDEN, W1 = B0 + HIDDEN, B1 = W1 + HIDDEN * CLASSES };
enum { PARAMETERS = B1 + CLASSES };
static const int targets[ROWS] = {0, 4, 1, 1, 3};

/* Runs two steps on parameters copied from x, whose rest is the rows; y is the parameters behind
 * them, both losses and how many bytes are on the tape that were not. */
static void steps_run(Trial *trial, size_t count, real rate, bool held)
{
    Classifier net = {
        {tensor_parameter(shape2(IN, HIDDEN)), tensor_parameter(shape2(HIDDEN, CLASSES))},
        {tensor_parameter(shape1(HIDDEN)), tensor_parameter(shape1(CLASSES))}};
    Tensor *all[4] = {net.weight[0], net.bias[0], net.weight[1], net.bias[1]};
    const double *from = trial->x;
    for (int k = 0; k < 4; k++)
        for (size_t i = 0; i < all[k]->size; i++) {
            all[k]->data[i] = (real)*from++;
            all[k]->grad[i] = held ? 1 : 0;
            all[k]->has_grad = held;
        }
    real *rows = memory_alloc(count * IN * sizeof *rows);
    for (size_t i = 0; i < count * IN; i++)
        rows[i] = (real)trial->x[PARAMETERS + i];
    TapeMark mark = tape_mark();
    tape_alloc(sizeof(real)); /* the caller's own, which is to stay */
    size_t before = tape_used();
    for (size_t step = 0; step < 2; step++)
        trial->y[PARAMETERS + step] = (double)classifier_step(&net, rows, count, targets, rate);
    trial->y[PARAMETERS + 2] = (double)tape_used() - (double)before;
    tape_release(mark);
    free(rows);
    double *to = trial->y;
    for (int k = 0; k < 4; k++) {
        for (size_t i = 0; i < all[k]->size; i++)
            *to++ = (double)all[k]->data[i];
        tensor_free(all[k]);
    }
}

static void five_run(Trial *trial) { steps_run(trial, ROWS, (real)0.5, false); }
static void fewer_run(Trial *trial) { steps_run(trial, FEWER, (real)0.125, true); }

/* Adds one row's part of the gradient, and returns its part of the loss. */
static double row_plain(const double *w, const double *x, int target, size_t rows, double *dw)
{
    double hidden[HIDDEN], score[CLASSES], total = 0, loss = 0;
    for (size_t h = 0; h < HIDDEN; h++) {
        hidden[h] = w[B0 + h];
        for (size_t i = 0; i < IN; i++)
            hidden[h] += x[i] * w[W0 + i * HIDDEN + h];
        hidden[h] = hidden[h] > 0 ? hidden[h] : 0;
    }
    for (size_t c = 0; c < CLASSES; c++) {
        score[c] = w[B1 + c];
        for (size_t h = 0; h < HIDDEN; h++)
            score[c] += hidden[h] * w[W1 + h * CLASSES + c];
        total += exp(score[c]);
    }
    for (size_t c = 0; c < CLASSES; c++) {
        double ds = (exp(score[c]) / total - ((int)c == target)) / (double)rows;
        loss -= (int)c == target ? (score[c] - log(total)) / (double)rows : 0;
        dw[B1 + c] += ds;
        for (size_t h = 0; h < HIDDEN; h++) {
            dw[W1 + h * CLASSES + c] += hidden[h] * ds;
            double dh = hidden[h] > 0 ? w[W1 + h * CLASSES + c] * ds : 0;
            dw[B0 + h] += dh;
            for (size_t i = 0; i < IN; i++)
                dw[W0 + i * HIDDEN + h] += x[i] * dh;
        }
    }
    return loss;
}

static void steps_plain(const double *x, double *y, size_t rows, double rate)
{
    for (size_t i = 0; i < PARAMETERS; i++)
        y[i] = x[i];
    for (size_t step = 0; step < 2; step++) {
        double dw[PARAMETERS] = {0};
        y[PARAMETERS + step] = 0;
        for (size_t n = 0; n < rows; n++)
            y[PARAMETERS + step] += row_plain(y, x + PARAMETERS + n * IN, targets[n], rows, dw);
        for (size_t i = 0; i < PARAMETERS; i++)
            y[i] -= rate * dw[i];
    }
    y[PARAMETERS + 2] = 0;
}

static void five_plain(const double *x, double *y) { steps_plain(x, y, ROWS, 0.5); }
static void fewer_plain(const double *x, double *y) { steps_plain(x, y, FEWER, 0.125); }

const Case check_cases[] = {
    {.name = "two steps of a 3-4-5 network on five rows",
     .x = "w[3][4] b[4] v[4][5] c[5] x[5][3]",
     .y = "w[3][4] b[4] v[4][5] c[5] loss[2] left_on_tape",
     .run = five_run,
     .plain = five_plain,
     .forward_only = true},
    {.name = "the same on three rows, at a smaller rate, gradients held something",
     .x = "w[3][4] b[4] v[4][5] c[5] x[3][3]",
     .y = "w[3][4] b[4] v[4][5] c[5] loss[2] left_on_tape",
     .run = fewer_run,
     .plain = fewer_plain,
     .forward_only = true},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
