/* label-smoothing: what exercise 08-loss/label-smoothing adds to the engine. */
#ifndef WENGERT_LABEL_SMOOTHING_H
#define WENGERT_LABEL_SMOOTHING_H

#include "ops/ops.h"

/* The mean of -sum_i q_i ln softmax(x)_i over the rows of x (...,V) whose target is not IGNORED,
 * where q_i = (1 - epsilon) [i = target] + epsilon / V; 0 if there is none. targets has one entry a
 * row, each IGNORED or in [0, V) (else the contract is broken), and is copied. Finite for any
 * scores whose differences are finite. */
Tensor *tensor_smooth_cross_entropy(Tensor *x, const int *targets, real epsilon);

#endif
