/* checker: what exercise 03-gradcheck/checker is to write. */
#ifndef WENGERT_CHECKER_H
#define WENGERT_CHECKER_H

#include "base/base.h"

/* A function of `inputs` numbers to `outputs`, and its vector-Jacobian product, which ADDS to dx
 * the gradient of the sum of dy[j] y[j]. */
typedef void (*Forward)(const real *x, real *y);
typedef void (*Vjp)(const real *x, const real *dy, real *dx);

enum { CHECKER_MOST = 16 }; /* no more inputs or outputs than this */

/* Whether what vjp adds agrees, for a random upstream, with differences of forward at x: relative
 * to the size of the gradient, or to 1e-3 where that is less, within 1e-8. */
bool gradient_agrees(Forward forward, Vjp vjp, const real *x, size_t inputs, size_t outputs,
                     Random *random);

#endif
