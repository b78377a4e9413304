/* hand-backward: the gradient of a two-layer network, without an engine. Chapter 04, "The two-layer
 * network by hand".
 *
 * What to write: two_layer_backward. x holds, one after the other, A (hidden, inputs), a
 * (hidden), B (classes, hidden), b (classes) and the examples (examples, inputs); dx is laid out
 * the same, and is added to. The forward is given: read it first, your code is its way back. */
#include "base/base.h"

enum { HIDDEN_MOST = 16 };

/* `targets` has the right class of each example. */
typedef struct {
    size_t inputs, hidden, classes, examples;
    const size_t *targets;
} TwoLayer;

/* The mean cross-entropy of all examples; fills h (examples, hidden) and p (examples, classes). */
real two_layer_forward(const TwoLayer *net, const real *x, real *h, real *p);
/* Adds to dx, which is laid out as x is, dloss times the gradient of that mean. h and p are what
 * the forward filled. */
void two_layer_backward(const TwoLayer *net, const real *x, const real *h, const real *p,
                        real dloss, real *dx);

real two_layer_forward(const TwoLayer *net, const real *x, real *h, real *p)
{
    const real *A = x, *a = A + net->hidden * net->inputs;
    const real *B = a + net->hidden, *b = B + net->classes * net->hidden;
    const real *in = b + net->classes;
    real loss = 0;
    for (size_t n = 0; n < net->examples; n++) {
        for (size_t j = 0; j < net->hidden; j++) {
            real z = a[j];
            for (size_t i = 0; i < net->inputs; i++)
                z += A[j * net->inputs + i] * in[i];
            h[j] = tanh(z);
        }
        real sum = 0;
        for (size_t c = 0; c < net->classes; c++) {
            real score = b[c];
            for (size_t j = 0; j < net->hidden; j++)
                score += B[c * net->hidden + j] * h[j];
            p[c] = exp(score);
            sum += p[c];
        }
        for (size_t c = 0; c < net->classes; c++)
            p[c] /= sum;
        loss -= log(p[net->targets[n]]) / (real)net->examples;
        in += net->inputs;
        h += net->hidden;
        p += net->classes;
    }
    return loss;
}

void two_layer_backward(const TwoLayer *net, const real *x, const real *h, const real *p,
                        real dloss, real *dx)
{
    (void)net, (void)x, (void)h, (void)p, (void)dloss, (void)dx;
    /* your code here */
}
