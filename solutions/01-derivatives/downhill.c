/* A worked answer to 01-derivatives/downhill.
 *
 * A step h changes the height by about h times the slope; with h = -rate slope that is -rate
 * slope^2, never up. The slope belongs to a place, so it is asked for anew after every step. x is a
 * copy of the caller's number: it may be moved. */
#include "downhill.h"

real downhill(Function slope, const void *context, real x, real rate, size_t steps)
{
    for (size_t step = 0; step < steps; step++)
        x -= rate * slope(x, context);
    return x;
}
