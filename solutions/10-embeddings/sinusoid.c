/* sinusoid: positions as waves of many lengths. Chapter 10, "Sinusoidal positions".
 *
 * A worked answer. Columns 2i and 2i + 1 are a pair with one frequency, 10000^(-2i/C); so what
 * stands in the exponent is the even one of the two, c - c % 2. An odd width ends with a sine
 * alone. */
#include "ops/ops.h"

void sinusoid_fill(real *table, size_t positions, size_t width)
{
    for (size_t t = 0; t < positions; t++)
        for (size_t c = 0; c < width; c++) {
            size_t even = c - c % 2;
            double frequency = pow(10000.0, -(double)even / (double)width);
            double angle = (double)t * frequency; /* in double: see the lesson */
            table[t * width + c] = (real)(c % 2 == 0 ? sin(angle) : cos(angle));
        }
}
