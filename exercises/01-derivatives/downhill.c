/* Exercise 01-derivatives/downhill: gradient descent on any curve whose slope can be asked for.
 *
 * Taught in chapter 01 under "Downhill". A Function is called as slope(x, context), see "Functions
 * as arguments" in chapter 00. */
#include "downhill.h"

real downhill(Function slope, const void *context, real x, real rate, size_t steps)
{
    /* your code here */
    (void)slope; /* these only keep the compiler quiet; take them out */
    (void)context;
    (void)x;
    (void)rate;
    (void)steps;
    return (real)NAN;
}
