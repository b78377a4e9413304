/* A worked answer to 01-derivatives/jacobian.
 *
 * The table first, a row for each output:
 *     along x[0]   along x[1]
 *         x[1]         x[0]       of x[0] x[1]: hold one factor, the other one is the slope
 *         1            2 x[1]     of x[0] + x[1]^2
 * Then each input goes down its own COLUMN, each entry weighed with that row's dy. Going along a
 * row would answer another question: how far an output moves when both inputs do. */
#include "jacobian.h"

void pair_vjp(const real *x, const real *dy, real *dx)
{
    dx[0] += dy[0] * x[1] + dy[1];
    dx[1] += dy[0] * x[0] + dy[1] * 2 * x[1];
}
