/* A worked answer to 03-gradcheck/kink.
 *
 * The slope from x to x + h and the slope from x - h to x: at a kink the two differ, but so they do
 * on any curve, by about h f''. So one gap alone says nothing; a bowl of 100 x^2 has a gap of 0.2.
 * But halve the step: what a bend does is halved with it, and what a kink does stays. */
#include "kink.h"

static real gap_at(Function f, const void *context, real x, real h)
{
    real right = (f(x + h, context) - f(x, context)) / h;
    real left = (f(x, context) - f(x - h, context)) / h;
    return fabs(right - left);
}

bool kink_at(Function f, const void *context, real x)
{
    const real h = 0x1p-10;
    real large = gap_at(f, context, x, h), small = gap_at(f, context, x, h / 2);
    /* 0.75 lies in the middle between halved and not. A line has a gap of rounding, about 1e-13,
     * which need not shrink: what is that small is no kink. */
    return small > 0.75 * large && small > 1e-6;
}
