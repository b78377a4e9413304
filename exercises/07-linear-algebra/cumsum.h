/* cumsum: what exercise 07-linear-algebra/cumsum adds to the engine. */
#ifndef WENGERT_CUMSUM_H
#define WENGERT_CUMSUM_H

#include "tensor/tensor.h"

/* The running sum along the last axis: x (...,T) gives y_t = x_0 + ... + x_t of each row
 * (...,T). */
Tensor *tensor_cumsum(Tensor *x);

#endif
