/* What exercise 00-prologue/mean asks for. */
#ifndef EXERCISE_MEAN_H
#define EXERCISE_MEAN_H

#include <stddef.h>

/* Writes the mean of x[0] to x[count - 1] to the place that `result` points at; count > 0. */
void mean(const double *x, size_t count, double *result);

#endif
