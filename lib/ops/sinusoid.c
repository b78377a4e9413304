/* sinusoid: positions as waves of many lengths. Derived in chapter 10.
 *
 *   table[t, 2i] = sin(t w_i), table[t, 2i+1] = cos(t w_i), w_i = 10000^(-2i/C). A shift of k
 *   positions turns every pair by the angle k w_i: a linear map that does not depend on t.
 *   A constant, so there is no backward. Source: Vaswani et al. 2017. */
#include "ops/ops.h"

void sinusoid_fill(real *table, size_t positions, size_t width)
{
    for (size_t t = 0; t < positions; t++)
        for (size_t c = 0; c < width; c++) {
            /* In double whatever `real` is: t * w loses a float's digits for large t. */
            double angle = (double)t * pow(10000.0, -(double)(c / 2 * 2) / (double)width);
            table[t * width + c] = (real)(c % 2 == 0 ? sin(angle) : cos(angle));
        }
}
