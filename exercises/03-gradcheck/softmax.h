/* softmax: what exercise 03-gradcheck/ones is about. */
#ifndef WENGERT_SOFTMAX_H
#define WENGERT_SOFTMAX_H

#include "base/base.h"

enum { SOFTMAX_SIZE = 5 };

/* y[j] = e^x[j] / sum over k of e^x[k], for five numbers. */
void softmax_forward(const real *x, real *y);

/* Adds to dx the gradient of the sum of dy[j] y[j]. */
void softmax_vjp(const real *x, const real *dy, real *dx);

#endif
