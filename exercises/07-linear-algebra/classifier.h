/* classifier: what exercise 07-linear-algebra/training-step adds to the engine. */
#ifndef WENGERT_CLASSIFIER_H
#define WENGERT_CLASSIFIER_H

#include "tensor/tensor.h"

/* Two layers: x (N,I) to hidden (H) by weight (I,H), with relu, to scores (C). Parameters, all. */
typedef struct {
    Tensor *weight[2], *bias[2];
} Classifier;

/* One step of gradient descent on the mean cross-entropy of x's N rows, of which row n belongs
 * to class target[n]. Returns the loss before the step. Leaves nothing on the tape, and takes none
 * of its memory. What the parameters' gradients hold on entry is not about this step. */
real classifier_step(const Classifier *net, const real *x, size_t rows, const int *target,
                     real rate);

#endif
