/* optim/: what turns gradients into learning. This header is the room's table of contents.
 *
 *   gradients.c  forgetting the gradients of a list of parameters
 *   sgd.c        stochastic gradient descent, with momentum when asked
 *   adam.c       Adam: running means of the gradient and of its square, corrected for their start
 *   adamw.c      AdamW: Adam with weight decay kept apart from the gradient; trains GPT-2
 *   clip.c       clipping by the global norm
 *   schedule.c   the learning rate as a function of the step: warm-up, then a cosine to a floor
 *
 * Taught in chapter 14. An optimizer is made over an array of parameters that it does not own and
 * that must outlive it; it owns its running means, allocated once, zeroed. A parameter whose
 * has_grad is false took no part in the step and is skipped: neither it nor its means change.
 * Every gradient is multiplied by `gradient_scale` as it is read: clipping's factor, 1 / number of
 * micro-batches, or both; 1 changes nothing. Coefficients are computed in double, elements are
 * updated in real, and no result depends on the number of threads.
 */
#ifndef WENGERT_OPTIM_H
#define WENGERT_OPTIM_H

#include "tensor/tensor.h"

/* ---- gradients --------------------------------------------------------------------------------- */
/* tensor_zero_grad for each of n parameters: the next backward starts from nothing. */
void gradients_zero(Tensor *const *parameters, int n);

/* ---- sgd -----------------------------------------------------------------------------------------
 * With g the scaled gradient:  momentum == 0:  p -= rate g
 *                              otherwise:      v = momentum v + g,  p -= rate v
 * Source: Polyak 1964, in the form of Sutskever et al. 2013 that PyTorch's SGD uses (v starts at 0,
 * no damping). `velocity` is NULL without momentum, else one array per parameter of its size. */
typedef struct {
    int n;
    Tensor *const *parameters; /* not owned */
    double momentum;           /* in [0, 1) */
    real **velocity;           /* owned; NULL when momentum is 0 */
    long step;                 /* steps taken */
} SGD;

SGD *sgd_make(Tensor *const *parameters, int n, double momentum);
void sgd_step(SGD *optimizer, double rate, double gradient_scale);
void sgd_free(SGD *optimizer); /* NULL is no error */

/* ---- adam and adamw ------------------------------------------------------------------------------
 * At step t = 1, 2, ..., with g the scaled gradient:
 *     m = beta1 m + (1 - beta1) g            v = beta2 v + (1 - beta2) g^2
 *     p -= rate / (1 - beta1^t) * m / (sqrt(v) / sqrt(1 - beta2^t) + epsilon)
 * AdamW first takes p -= rate * decay * p where the parameter's flag says so. Sources: Kingma and
 * Ba 2015, algorithm 1; Loshchilov and Hutter 2019, algorithm 2, in the order of PyTorch's AdamW. */
typedef struct {
    double beta1, beta2; /* in [0, 1) */
    double epsilon;      /* > 0 */
    double decay;        /* weight decay, >= 0; 0 is plain Adam */
} AdamSettings;

AdamSettings adam_settings(void); /* .9, .999, 1e-8, decay 0: Kingma and Ba's */

/* Everything that a checkpoint must hold is here: step, first and second (arrays of
 * parameters[i]->size). Restoring those three continues exactly. */
typedef struct {
    int n;
    Tensor *const *parameters; /* not owned */
    bool *decays;              /* owned; decays[i]: parameter i is decayed */
    real **first, **second;    /* owned; m and v above */
    long step;                 /* steps taken */
    AdamSettings settings;
} AdamW;

/* `decays` has n flags and is copied; NULL asks for the usual groups: tensors of rank 2 and more
 * are decayed, those of rank 0 and 1 (biases, gains) are not. Settings out of their ranges are a
 * broken contract: whoever reads them from outside checks them there. */
AdamW *adamw_make(Tensor *const *parameters, int n, const bool *decays, AdamSettings settings);
void adamw_step(AdamW *optimizer, double rate, double gradient_scale);
void adamw_free(AdamW *optimizer); /* NULL is no error */

/* Adam: the same state with no decay. adam_step requires settings.decay == 0. */
AdamW *adam_make(Tensor *const *parameters, int n, AdamSettings settings);
void adam_step(AdamW *optimizer, double rate, double gradient_scale);

/* The element update, in adam.c because chapter 14 teaches it first; adamw.c adds the decay. For one
 * parameter of `size` elements: p *= keep, then Adam's update with rate and the two corrections
 * folded into the coefficients. */
typedef struct {
    real keep;                /* 1 - rate * decay */
    real beta1, one_less_1;   /* beta1 and 1 - beta1 */
    real beta2, one_less_2;
    real step_size;           /* rate / (1 - beta1^t) */
    real root_correction;     /* 1 / sqrt(1 - beta2^t) */
    real epsilon, gradient_scale;
} AdamCoefficients;
