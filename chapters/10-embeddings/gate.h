/* What the files of chapter 10's gate share: two helpers, and the rows, each function in the file
 * under whose name it stands. A row draws from the gate's one stream of random numbers, so the
 * order in which gate.c calls them is part of what they print. */
#ifndef WENGERT_GATE_10_H
#define WENGERT_GATE_10_H

#include "ops/ops.h"

/* gate.c */
/* Worst |a - b|; infinite for NaN. */
double farthest(const real *a, const real *b, size_t count);

/* gate_table.c */
/* y (V) = table (V,C) x (C), in plain sums. */
void plain_head(real *y, const real *x, const Tensor *table);
void check_embeddings(void);
void check_tokens(void);
void check_heads(void);
void check_tied(void);
void check_table_sanity(void);

/* gate_positions.c */
void check_rope(const char *circumstances, Shape shape);
void check_rope_beside(Shape shape);
void check_rope_inside(Shape shape);
void check_rope_sanity(void);
void check_relative(void);
void check_sinusoid_sanity(void);
void check_sinusoid_table(size_t positions, size_t width);

/* gate_models.c */
void check_models(void);

#endif
