/* centre: what exercise 09-normalization/centre adds to the engine. */
#ifndef WENGERT_CENTRE_H
#define WENGERT_CENTRE_H

#include "tensor/tensor.h"

/* x (...,C) less the mean of each of its rows of C; at least one axis. The result has x's shape. */
Tensor *tensor_centre(Tensor *x);

#endif
