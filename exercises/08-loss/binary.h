/* binary: what exercise 08-loss/binary adds to the engine. */
#ifndef WENGERT_BINARY_H
#define WENGERT_BINARY_H

#include "ops/ops.h"

/* The mean, over all N elements of x, of the surprise at labels that are 0 or 1, where 1 is given
 * the probability s = 1/(1 + e^-x): -ln s where labels[i], else -ln(1 - s). labels has x->size
 * entries and is copied. The loss and its slopes are finite for any finite scores, and right to
 * round-off wherever they are not below the smallest normal number. */
Tensor *tensor_binary_cross_entropy(Tensor *x, const bool *labels);

#endif
