/* softplus: what exercise 06-elementwise/softplus adds to the operations. */
#ifndef WENGERT_TENSOR_SOFTPLUS_H
#define WENGERT_TENSOR_SOFTPLUS_H

#include "ops/ops.h"

/* log(1 + e^x) for each element, for every x: no overflow for large ones. */
Tensor *tensor_softplus(Tensor *x);

#endif
