/* The check of 07-linear-algebra/training-step: two steps, against the same two by hand: the
 * scores' gradient is (p - 1 at the target) / rows, as chapter 04 derived it. */
#include "../learn/check.h"
#include "classifier.h"

enum { ROWS = 5, IN = 3, HIDDEN = 4, CLASSES = 3 };
enum { W0 = 0, B0 = W0 + IN * HIDDEN, W1 = B0 + HIDDEN, B1 = W1 + HIDDEN * CLASSES };
enum { PARAMETERS = B1 + CLASSES };
static const int targets[ROWS] = {0, 2, 1, 1, 0};

/* Runs two steps on parameters copied from x, whose rest is the rows; y is the parameters behind
 * them, both losses and how long the tape is. */
static void step_run(Trial *trial)
{
    Classifier net = {
        {tensor_parameter(shape2(IN, HIDDEN)), tensor_parameter(shape2(HIDDEN, CLASSES))},
        {tensor_parameter(shape1(HIDDEN)), tensor_parameter(shape1(CLASSES))}};
    Tensor *all[4] = {net.weight[0], net.bias[0], net.weight[1], net.bias[1]};
    const double *from = trial->x;
    for (int k = 0; k < 4; k++)
        for (size_t i = 0; i < all[k]->size; i++)
            all[k]->data[i] = (real)*from++;
    real rows[ROWS * IN];
    for (size_t i = 0; i < ROWS * IN; i++)
        rows[i] = (real)trial->x[PARAMETERS + i];
    TapeMark mark = tape_mark();
    size_t before = tape_length();
    for (size_t step = 0; step < 2; step++)
        trial->y[PARAMETERS + step] =
            (double)classifier_step(&net, rows, ROWS, targets, (real)0.5);
    trial->y[PARAMETERS + 2] = (double)(tape_length() - before);
    tape_release(mark);
    double *to = trial->y;
    for (int k = 0; k < 4; k++) {
        for (size_t i = 0; i < all[k]->size; i++)
            *to++ = (double)all[k]->data[i];
        tensor_free(all[k]);
    }
}

/* Adds one row's part of the gradient, and returns its part of the loss. */
static double row_plain(const double *w, const double *x, int target, double *dw)
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
        double ds = (exp(score[c]) / total - ((int)c == target)) / ROWS;
        loss -= (int)c == target ? (score[c] - log(total)) / ROWS : 0;
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

static void step_plain(const double *x, double *y)
{
    for (size_t i = 0; i < PARAMETERS; i++)
        y[i] = x[i];
    for (size_t step = 0; step < 2; step++) {
        double dw[PARAMETERS] = {0};
        y[PARAMETERS + step] = 0;
        for (size_t n = 0; n < ROWS; n++)
            y[PARAMETERS + step] += row_plain(y, x + PARAMETERS + n * IN, targets[n], dw);
        for (size_t i = 0; i < PARAMETERS; i++)
            y[i] -= 0.5 * dw[i];
    }
    y[PARAMETERS + 2] = 0;
}

const Case check_cases[] = {
    {.name = "two steps of a 3-4-3 network on five rows",
     .x = "w[3][4] b[4] v[4][3] c[3] x[5][3]",
     .y = "w[3][4] b[4] v[4][3] c[3] loss[2] tape",
     .run = step_run,
     .plain = step_plain,
     .forward_only = true},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
