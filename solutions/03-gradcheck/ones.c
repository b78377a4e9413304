/* A worked answer to 03-gradcheck/ones: softmax of five numbers, its backward mended.
 *
 * The box of division, for y[j] = e[j] / sum: the divisor's share is -dy[j] y[j] / sum. The shipped
 * line had 1/5 where y[j] belongs, as if every output were as large as every other. With an
 * upstream of ones that cannot be seen: the y[j] sum to 1, and so do five fifths. dsum is -1/sum
 * either way, de is 0, and 0 is what differences measure. With any other upstream it weighs the
 * outputs wrongly. */
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
        dsum -= dy[j] * (e[j] / sum) / sum;
    for (size_t j = 0; j < SOFTMAX_SIZE; j++) {
        /* e[j] is used twice: directly by its own division, and by way of the sum. */
        real de = dy[j] / sum + dsum;
        dx[j] += e[j] * de;
    }
}
