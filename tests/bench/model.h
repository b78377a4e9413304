/* model: the GPT-2 of random weights that work_model.c and profile.c run. */
#ifndef WENGERT_BENCH_MODEL_H
#define WENGERT_BENCH_MODEL_H

#include "gpt2/gpt2.h"

typedef struct {
    Gpt2 *model;
    Tensor **parameters;
    AdamW *optimizer;
    int *ids, *targets; /* (batch,length) */
    size_t batch, length;
} Subject;

/* numbers: layers, heads, width, vocabulary, batch, length. It lives as long as the process. */
Subject subject_make(const size_t *numbers);
/* One training step through the calls of lib/gpt2/trainer.c, from forgetting the gradients to
 * AdamW's update. */
void subject_step(Subject *subject);

#endif
