/* What exercise 01-derivatives/product asks for. */
#ifndef EXERCISE_PRODUCT_H
#define EXERCISE_PRODUCT_H

#include "base/base.h"

enum { PRODUCT_MOST = 16 };

/* Of y = x[0] x[1] ... x[count - 1]: ADDS dy times the slope of y along x[i] to dx[i], for every i.
 * 0 < count <= PRODUCT_MOST; any of the x may be 0. */
void product_vjp(const real *x, size_t count, real dy, real *dx);

#endif
