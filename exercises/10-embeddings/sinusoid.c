/* sinusoid: positions as waves of many lengths. Chapter 10, "Sinusoidal positions".
 *
 * What to write: the loops that fill table, (positions,width), row-major. */
#include "ops/ops.h"

void sinusoid_fill(real *table, size_t positions, size_t width)
{
    for (size_t i = 0; i < positions * width; i++)
        table[i] = NAN; /* your code here */
}
