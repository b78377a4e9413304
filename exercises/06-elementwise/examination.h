/* examination: what exercise 06-elementwise/examination adds to the operations. */
#ifndef WENGERT_EXAMINATION_H
#define WENGERT_EXAMINATION_H

#include "ops/ops.h"

/* sqrt((a - b)^2 + c^2) - c for each element, with a and b stretched to one shape and a constant c
 * above 0. Value and gradients are right for distances that are tiny beside c, and for ones whose
 * square overflows. */
Tensor *tensor_rounded_distance(Tensor *a, Tensor *b, real c);

#endif
