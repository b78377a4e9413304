/* Exercise 03-gradcheck/ones: softmax of five numbers, forward and backward, step by step. Its
 * author checked the backward with an upstream of ones: the worst error was 1e-16, and so it was
 * shipped.
 *
 * The steps: e[j] = e^x[j]; sum = e[0] + ... + e[4]; y[j] = e[j] / sum. Back, last step first: each
 * division has a share for e[j] and one for sum; sum hands what it has to every e[j]; and exp hands
 * on what e[j] has. */
#include "softmax.h"

void softmax_forward(const real *x, real *y)
{
    real sum = 0;
    for (size_t j = 0; j < SOFTMAX_SIZE; j++)
        sum += exp(x[j]);
    for (size_t j = 0; j < SOFTMAX_SIZE; j++)
        y[j] = exp(x[j]) / sum;
}

void softmax_vjp(const real *x, const real *dy, real *dx)
{
    real e[SOFTMAX_SIZE], sum = 0, dsum = 0;
    for (size_t j = 0; j < SOFTMAX_SIZE; j++)
        sum += e[j] = exp(x[j]);
    for (size_t j = 0; j < SOFTMAX_SIZE; j++)
        dsum -= dy[j] / SOFTMAX_SIZE / sum;
    for (size_t j = 0; j < SOFTMAX_SIZE; j++) {
        real de = dy[j] / sum + dsum;
        dx[j] += e[j] * de;
    }
}
