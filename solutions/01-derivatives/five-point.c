/* A worked answer to 01-derivatives/five-point.
 *
 * Both central formulas are right but for an error that begins with h^2. With the step h it is
 *     C(h)  = f' +  h^2/6 f''' + ...
 * and with 2h, since (2h)^2 = 4 h^2,
 *     C(2h) = f' + 4h^2/6 f''' + ...
 * Which mixture a C(h) + b C(2h) keeps f' and loses h^2? a + b = 1 and a + 4b = 0, so b = -1/3 and
 * a = 4/3. A wrong turn is to subtract them as they are: a = 1, b = -1 loses f' too. */
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
    /* (4 C(h) - C(2h)) / 3 with C(h) = near/2h and C(2h) = far/4h, brought over 12h. */
    return (8 * near - far) / (12 * h);
}
