/* Exercise 01-derivatives/five-point: the five-point difference, in the place of
 * lib/base/difference.c. Every gate of this course measures with it.
 *
 * Taught in chapter 01 under "Measuring a derivative". The forward and the central formula are
 * given. A Function is called as f(x, context). */
#include "base/base.h"

real difference_forward(Function f, const void *context, real x, real h)
{
    return (f(x + h, context) - f(x, context)) / h;
}

real difference_central(Function f, const void *context, real x, real h)
{
    return (f(x + h, context) - f(x - h, context)) / (2 * h);
}

real difference_five_point(Function f, const void *context, real x, real h)
{
    /* your code here: from f at x + h, x - h, x + 2h and x - 2h */
    (void)f; /* these only keep the compiler quiet; take them out */
    (void)context;
    (void)x;
    (void)h;
    return (real)NAN;
}
