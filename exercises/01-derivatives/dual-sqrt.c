/* Exercise 01-derivatives/dual-sqrt: dual numbers learn the square root and the hyperbolic tangent.
 *
 * Taught in chapter 01 under "Forward mode: dual numbers". A Dual has a value and a slope; dual.h
 * of the chapter's folder has dual_add, dual_mul, dual_div, dual_exp and others, which you may use.
 * tanh(a) = (e^a - e^-a) / (e^a + e^-a); C has sqrt and tanh for plain numbers. */
#include "dual-sqrt.h"

Dual dual_sqrt(Dual a)
{
    /* your code here: the value and the slope */
    (void)a; /* only keeps the compiler quiet; take it out */
    return dual_make((real)NAN, (real)NAN);
}

Dual dual_tanh(Dual a)
{
    /* your code here */
    (void)a;
    return dual_make((real)NAN, (real)NAN);
}
