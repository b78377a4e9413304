/* hand-backward: the gradient of a two-layer network, without an engine. Chapter 04, "The two-layer
 * network by hand".
 *
 * A worked answer: the forward's lines in the opposite order. */
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

/* Two questions at each step: who used this number (all of them have a share), and do the
 * examples share it (then their shares are added up: that is why every write to dx is a +=).
 * What belongs to one example alone, dscore, dh and dz, lives in variables of the loop. */
void two_layer_backward(const TwoLayer *net, const real *x, const real *h, const real *p,
                        real dloss, real *dx)
{
    const size_t a_at = net->hidden * net->inputs, b_at = net->classes * net->hidden;
    const real *A = x, *B = A + a_at + net->hidden, *in = B + b_at + net->classes;
    real *dA = dx, *da = dA + a_at, *dB = da + net->hidden, *db = dB + b_at;
    real *din = db + net->classes;
    for (size_t n = 0; n < net->examples; n++) {
        /* The scores: believed minus true, a share of the mean. Each score was made from every
         * h, its own row of B and its own b. Each h is read by every score: so dh adds up over
         * c. */
        real dh[HIDDEN_MOST] = {0};
        for (size_t c = 0; c < net->classes; c++) {
            real dscore = (p[c] - (c == net->targets[n])) / (real)net->examples * dloss;
            for (size_t j = 0; j < net->hidden; j++) {
                dB[c * net->hidden + j] += dscore * h[j];
                dh[j] += dscore * B[c * net->hidden + j];
            }
            db[c] += dscore;
        }
        /* tanh's slope is 1 - h^2, and then the same pattern once more, a layer further down. */
        for (size_t j = 0; j < net->hidden; j++) {
            real dz = dh[j] * (1 - h[j] * h[j]);
            for (size_t i = 0; i < net->inputs; i++) {
                dA[j * net->inputs + i] += dz * in[i];
                din[i] += dz * A[j * net->inputs + i];
            }
            da[j] += dz;
        }
        in += net->inputs;
        din += net->inputs;
        h += net->hidden;
        p += net->classes;
    }
}
