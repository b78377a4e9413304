/* What the files of chapter 18's gate share: small models, a text they read, and the rows, each
 * function in the file under whose name it stands. A row draws from the gate's one stream of random
 * numbers, so the order in which gate.c calls them is part of what they print. */
#ifndef WENGERT_GATE_18_H
#define WENGERT_GATE_18_H

#include "gpt2/gpt2.h"

/* The small models' positions and classes. */
enum { ROOM = 7, V = 13 };

static const int text[12] = {4, 0, 12, 7, 7, 1, 9, 3, 5, 2, 11, 4};

/* gate.c */
/* Normal numbers of deviation 2, rounded to float: the same in both precisions. */
void draw_logits(real *logits, size_t n);
/* The worst of |count - expected| in deviations sqrt(n p (1 - p)); infinite for a draw that could
 * not happen. */
double worst_deviation(const size_t *counts, const double *p, size_t n, double draws);
Config config_small(void);
/* Weights large enough that what is read matters; gains not 1, biases not 0. */
Gpt2 *model_make(const Config *config);
/* A model that mostly agrees with this one. */
Gpt2 *draft_make(const Gpt2 *model);

/* gate_sample.c */
void check_greedy(const char *name, SampleSettings settings);
void check_weights(const char *name, bool equal_logits);
void check_all_frequencies(void);
void check_by_hand(void);
void check_top_p_by_hand(void);
void check_range(void);
void check_seed(void);

/* gate_cache.c */
void check_all_caches(void);
void check_window(void);

/* gate_exact.c */
void check_all_exactly(void);
void check_judge_by_hand(void);

/* gate_generate.c */
void check_all_generation(void);

/* gate_stream.c */
void check_stream(void);

#endif
