/* elementwise: the frame of every operation that treats all elements alike. An op gives loops over
 * elements, for its values and for its gradients; stretching the operands, cutting the loops into
 * pieces for threads and summing over what was stretched are done here, once for all. Chapter 06. */
#ifndef WENGERT_ELEMENTWISE_H
#define WENGERT_ELEMENTWISE_H

#include "ops/ops.h"

/* What a loop sees, every array in the shape of the result. In a gradient's loop x is the operand
 * whose gradient is asked for; in values it is the first. */
typedef struct {
    const real *x;
    const real *other; /* the second operand, or NULL */
    real *y;
    const real *dy;
    GradWrite dx;
    const void *saved;
} Elements;

/* Does elements [begin, end): y[i], or grad_put(dx, i, dy[i] times the slope along x). */
typedef void (*ElementLoop)(Elements e, size_t begin, size_t end);

/* Fills out->data from its parents, one or two, and returns out. */
Tensor *elementwise(Tensor *out, ElementLoop values);
/* Adds into the gradient of parent k, if that wants one. */
void elementwise_backward(Tensor *out, int k, ElementLoop gradients);

#endif
