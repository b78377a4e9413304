/* What exercise 01-derivatives/jacobian asks for. */
#ifndef EXERCISE_JACOBIAN_H
#define EXERCISE_JACOBIAN_H

#include "base/base.h"

/* Of F(x) = (x[0] x[1], x[0] + x[1]^2), at x: ADDS to dx[0] and dx[1] the sum over j of dy[j] times
 * the slope of F's output j along x[0] and x[1]. */
void pair_vjp(const real *x, const real *dy, real *dx);

#endif
