/* difference: numerical derivatives, for checking analytic ones. Taught in chapter 01.
 *
 * Each formula comes from Taylor's series of f around x: the forward one leaves an error of order h,
 * the central one cancels the even terms and leaves h^2, and the five-point one combines two central
 * ones, of steps h and 2h, so that the h^2 terms cancel too and h^4 is left. */
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
    real near = f(x + h, context) - f(x - h, context);
    real far = f(x + 2 * h, context) - f(x - 2 * h, context);
    return (8 * near - far) / (12 * h);
}
