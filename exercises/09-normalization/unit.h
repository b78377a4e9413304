/* unit: what exercise 09-normalization/unit adds to the engine. */
#ifndef WENGERT_UNIT_H
#define WENGERT_UNIT_H

#include "tensor/tensor.h"

/* Each row of x (...,C) divided by sqrt(epsilon + the sum of its squares): but for epsilon, rows of
 * length 1. At least one axis. */
Tensor *tensor_unit(Tensor *x, real epsilon);

#endif
