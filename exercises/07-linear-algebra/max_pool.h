/* max_pool: what exercise 07-linear-algebra/max-pool adds to the engine. */
#ifndef WENGERT_MAX_POOL_H
#define WENGERT_MAX_POOL_H

#include "tensor/tensor.h"

/* x (N,H,W), images of even height and width: the largest number of each window of 2 by 2, which do
 * not overlap, (N,H/2,W/2). Where two of a window are equally large, the one that comes first in
 * memory has been taken, and the gradient is its alone. x holds no NaN. */
Tensor *tensor_max_pool(Tensor *x);

#endif
