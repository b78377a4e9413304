/* What the files of chapter 17's gate share: a small model and what it reads, GPT-2 by its
 * definition, and the rows, each function in the file under whose name it stands. A row draws from
 * the gate's one stream of random numbers, so the order in which gate.c calls them is part of what
 * they print. */
#ifndef WENGERT_GATE_17_H
#define WENGERT_GATE_17_H

#include "../13-transformer/plain.h"

#include "gpt2/gpt2.h"

enum { B = 4, T = 5, C = 6, V = 11 };

static const int ids[B * T] = {3, 7, 3, 0, 10, 1, 1, 1, 4, 9, 10, 2, 7, 5, 3, 6, 8, 6, 0, 3};
static const int targets[B * T] = {7, 3, 0, 10, 2,       1, 1, 4, 9, IGNORED,
                                   2, 7, 5, 3,  IGNORED, 8, 6, 0, 3, 5};

/* gate.c */
Config config_small(void);
/* A model with every parameter drawn anew. */
Gpt2 *model_make(Config config);

/* gate_plain.c */
/* The parameter "h.LAYER.PART", or PART itself where layer is negative; NULL when there is none. */
Tensor *named(const Gpt2 *model, int layer, const char *part);
/* Every hidden vector against every row of the head's table: logits (B,T,V) */
void plain_logits(real *logits, const Gpt2 *model, Random *dropout, real rate);
/* The mean of -log softmax(logits)[target] over the targets that are not ignored. */
real plain_loss(const Gpt2 *model);

/* gate_gradients.c */
void check_gradients(void);

/* gate_agreement.c */
/* Two models of the same parameters, one plain and one fused. The tape tells that they are. */
void check_plain_against_fused(const char *name, Config config);
void check_tie(void);
void check_tie_by_hand(void);
void check_looks_not_ahead(void);

/* gate_parameters.c */
void check_counts(void);
/* These two tell whether what the others look up by name is there. */
bool check_heads(void);
bool check_names(void);
void check_initial_values(void);
void check_initial_loss(void);

#endif
