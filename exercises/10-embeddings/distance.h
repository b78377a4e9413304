/* distance: what exercise 10-embeddings/distance adds to the engine. */
#ifndef WENGERT_DISTANCE_H
#define WENGERT_DISTANCE_H

#include "tensor/tensor.h"

/* scores (...,T,T) plus one learned number for each distance: y[t][s] is the score there plus
 * bias[t - s + T - 1], with a bias of (2T-1), the same in every matrix. The result has the shape of
 * the scores. */
Tensor *tensor_distance(Tensor *scores, Tensor *bias);

#endif
