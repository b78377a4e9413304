/* optim/: what turns gradients into learning. This header is the room's table of contents.
 *
 *   gradients.c   forgetting the gradients of a list of parameters
 *   sgd.c         stochastic gradient descent: against the gradient, and nothing else
 *   momentum.c    the same with a velocity
 *   adam_state.c  what Adam and AdamW remember: made, and given back
 *   adam.c        Adam, as its paper writes it
 *   adamw.c       AdamW: weight decay kept apart from the gradient; it trains GPT-2
 *   clip.c        the global norm of all gradients, and clipping by it
 *   schedule.c    the learning rate as a function of the step: warm-up, then a cosine to a floor
 *
 * Taught in chapter 14. An optimizer works on an array of parameters that it does not own; array and
 * parameters must outlive it. What it remembers is its own, allocated once and zeroed. A parameter
 * whose has_grad is false took no part in the step and is skipped: it and its memory stay as they
 * are. Every gradient is multiplied by `gradient_scale` as it is read: clipping's factor, one over
 * the number of micro-batches, or their product; 1 when there is nothing to scale. Coefficients are
 * computed in double, elements in real, and no result depends on the number of threads.
 */
#ifndef WENGERT_OPTIM_H
#define WENGERT_OPTIM_H

#include "tensor/tensor.h"

/* ---- gradients ---------------------------------------------------------------------------------
 * tensor_zero_grad for each of the n parameters: the next backward starts from nothing. */
void gradients_zero(Tensor *const *parameters, int n);

/* ---- sgd ---------------------------------------------------------------------------------------
 * p -= rate g, with g the scaled gradient. It remembers nothing, so there is nothing to make.
 * Source: Robbins and Monro 1951. */
void sgd_step(Tensor *const *parameters, int n, double rate, double gradient_scale);

/* ---- momentum ----------------------------------------------------------------------------------
 * v = keep v + g, then p -= rate v; v starts at zero. Source: Polyak 1964, in the form that PyTorch's
 * SGD gives it (no damping, no Nesterov). */
typedef struct {
    int n;
    Tensor *const *parameters; /* not owned */
    double keep;               /* in [0, 1): the part of the velocity that survives a step */
    real **velocity;           /* owned; velocity[i] has parameters[i]->size elements */
} Momentum;

Momentum *momentum_make(Tensor *const *parameters, int n, double keep);
void momentum_step(Momentum *optimizer, double rate, double gradient_scale);
void momentum_free(Momentum *optimizer); /* NULL is no error */

/* ---- adam and adamw ----------------------------------------------------------------------------
 * Both keep running means of each gradient and of its square and, at step t = 1, 2, ..., compute
 *     m = beta1 m + (1 - beta1) g        v = beta2 v + (1 - beta2) g^2
 *     p -= rate * m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + epsilon)
 * and differ in where the weight decay goes:
 *     adam_step    g = scaled gradient + decay p: an L2 penalty, rescaled with the rest of g
 *     adamw_step   p -= rate decay p before the update, untouched by m and v
 * Sources: Kingma and Ba 2015, algorithm 1; Loshchilov and Hutter 2019, algorithm 2; the order of
 * operations is that of PyTorch's Adam and AdamW. t counts the optimizer's steps: a parameter that
 * was skipped for a while takes up its means where it left them, under the common t. */
typedef struct {
    double beta1, beta2; /* in [0, 1) */
    double epsilon;      /* > 0 */
    double decay;        /* >= 0 */
} AdamSettings;

AdamSettings adam_settings(void); /* .9, .999, 1e-8, no decay: Kingma and Ba's own */

/* A checkpoint that restores `step` and every element of `first` and `second` continues exactly. */
typedef struct {
    int n;
    Tensor *const *parameters; /* not owned */
    bool *decays;              /* owned; whether parameter i is decayed */
    real **first, **second;    /* owned; m and v, each of parameters[i]->size elements */
    long step;                 /* steps taken */
    AdamSettings settings;
} AdamW;

/* `decays` holds n flags and is copied. NULL asks for the usual groups: tensors of rank 2 and more
 * (weights, tables) are decayed; of rank 0 and 1 (biases, gains) are not. Settings out of the ranges
 * above are a broken contract: whoever reads them from outside checks them there. */
AdamW *adamw_make(Tensor *const *parameters, int n, const bool *decays, AdamSettings settings);
void adam_step(AdamW *optimizer, double rate, double gradient_scale);
void adamw_step(AdamW *optimizer, double rate, double gradient_scale);
void adamw_free(AdamW *optimizer); /* NULL is no error */

/* ---- clip --------------------------------------------------------------------------------------
 * The global norm: the square root of the sum of squares over every element of every gradient there
 * is (has_grad), as if they were one vector; 0 when there is none. A NaN or an infinity among them
 * shows in the norm: look at it before taking the step. */
double gradients_norm(Tensor *const *parameters, int n);

/* What to multiply the gradients by, for a norm of at most `limit` > 0: min(1, limit / (norm + 1e-6)).
 * NaN for a NaN. Source: Pascanu, Mikolov and Bengio 2013; the 1e-6 is that of PyTorch's
 * clip_grad_norm_. With k micro-batches summed into the gradients:
 *     double norm = gradients_norm(parameters, n) / k;
 *     adamw_step(optimizer, rate, clip_scale(norm, 1.0) / k); */
double clip_scale(double norm, double limit);

/* The same at once: multiplies the gradients in place and returns the norm that they had before. */
double gradients_clip(Tensor *const *parameters, int n, double limit);

/* ---- schedule ----------------------------------------------------------------------------------
 * The rate of step 0, 1, 2, ...: rises in a straight line, peak (step + 1) / (warmup + 1), reaches
 * `peak` at step `warmup`, falls along half a cosine and is `floor` from step `total` on. With
 * floor == peak it is constant after the warm-up. Source: Loshchilov and Hutter 2017, without
 * restarts; the warm-up's form is nanoGPT's. */
typedef struct {
    double peak, floor; /* 0 <= floor <= peak */
    long warmup, total; /* 0 <= warmup <= total */
} Schedule;

double schedule_rate(const Schedule *schedule, long step);

#endif
