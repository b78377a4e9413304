/* What exercise 01-derivatives/downhill asks for. */
#ifndef EXERCISE_DOWNHILL_H
#define EXERCISE_DOWNHILL_H

#include "base/base.h"

/* Where a walk of `steps` steps ends that begins at x: each step goes against the slope, by `rate`
 * times the slope. slope(x, context) is the slope at x. No steps: x itself. */
real downhill(Function slope, const void *context, real x, real rate, size_t steps);

#endif
