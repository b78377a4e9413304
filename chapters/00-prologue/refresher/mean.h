/* What mean.c offers to others. Lesson 00. */
#ifndef REFRESHER_MEAN_H
#define REFRESHER_MEAN_H

#include <stddef.h>

/* The mean of x[0] to x[count - 1]; count > 0. */
double mean(const double *x, size_t count);

#endif
