/* kl: what exercise 08-loss/kl adds to the engine. */
#ifndef WENGERT_KL_H
#define WENGERT_KL_H

#include "ops/ops.h"

/* How far one belief is from another, in nats: the Kullback-Leibler divergence, the mean over the
 * rows of sum_j q_j (ln q_j - ln p_j), with q = softmax(z) and p = softmax(x) over the last axis. z
 * and x have one shape, (...,V). Finite for scores whose differences are finite too. Both z and x
 * get their gradients, where they want them. */
Tensor *tensor_kl(Tensor *z, Tensor *x);

#endif
