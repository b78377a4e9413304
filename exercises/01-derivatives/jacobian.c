/* Exercise 01-derivatives/jacobian: the vector-Jacobian product of F(x) = (x[0] x[1], x[0] +
 * x[1]^2).
 *
 * Taught in chapter 01 under "The Jacobian and the vector-Jacobian product". `real` is double here.
 * dx may hold something already: what you compute is added to it. */
#include "jacobian.h"

void pair_vjp(const real *x, const real *dy, real *dx)
{
    /* your code here: dx[i] += the sum over j of dy[j] times the slope of output j along x[i] */
    (void)x; /* these only keep the compiler quiet; take them out */
    (void)dy;
    (void)dx;
}
