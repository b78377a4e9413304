/* batch: what exercise 09-normalization/batch adds to the engine. */
#ifndef WENGERT_BATCH_H
#define WENGERT_BATCH_H

#include "tensor/tensor.h"

/* x (N,C) with each of its columns brought to the mean 0 and, but for epsilon, the biased
 * variance 1 over its N rows; no gain, no bias. */
Tensor *tensor_batch_norm(Tensor *x, real epsilon);

#endif
