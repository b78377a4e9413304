/* tie: what exercise 10-embeddings/tie adds to the engine. */
#ifndef WENGERT_TIE_H
#define WENGERT_TIE_H

#include "tensor/tensor.h"

/* Logits (N,V) of N ids by one table E (V,C), which embeds them and reads them out: y[n][v] is the
 * product of row ids[n] with row v. The ids, each in [0, V), are copied. */
Tensor *tensor_tie(Tensor *table, const int *ids, size_t count);

#endif
