/* gram: what exercise 07-linear-algebra/hunt-gram adds to the engine. */
#ifndef WENGERT_GRAM_H
#define WENGERT_GRAM_H

#include "tensor/tensor.h"

/* x (B,T,C) gives x_b x_b' (B,T,T): of each sequence b, the products of each place with each. */
Tensor *tensor_gram(Tensor *x);

#endif
