/* A worked answer to 01-derivatives/dual-sqrt.
 *
 * The square root r means r r = a. By the product rule 2 r r' = a', so r' = a' / (2 r): the
 * argument's slope a' is in it from the start, and that is the chain rule.
 *
 * tanh is t = p/q with p = e^a - e^-a and q = e^a + e^-a. Their slopes are p' = q a' and q' = p a',
 * for e^-a has the slope -e^-a. The quotient rule (p' - t q')/q gives (q - t p) a' / q = (1 - t t)
 * a'. One could also write p and q as dual numbers and divide; but beyond 709 e^a is infinite and
 * the quotient NaN, while tanh is 1. */
#include "dual-sqrt.h"

Dual dual_sqrt(Dual a)
{
    real root = sqrt(a.value);
    return dual_make(root, a.slope / (2 * root));
}

Dual dual_tanh(Dual a)
{
    real t = tanh(a.value);
    return dual_make(t, (1 - t * t) * a.slope);
}
