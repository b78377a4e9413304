/* What the files of chapter 05's gate share: two helpers, and the rows, each function in the file
 * under whose name it stands. A row draws from the gate's one stream of random numbers, so the
 * order in which gate.c calls them is part of what they print. */
#ifndef WENGERT_GATE_05_H
#define WENGERT_GATE_05_H

#include "ops/ops.h"

/* gate.c */
/* A row: numbers found against numbers known; whole ones come out exactly in both precisions. */
void check_values(const char *row, const real *found, const double *known, size_t count,
                  double tolerance);
/* A leaf with these values, which wants its gradient. */
Tensor *wanted(Shape shape, const real *values);

/* gate_ops.c */
void check_stretching(bool product); /* mul or add, over every way to stretch */
void check_twice(bool product);      /* one tensor as both operands */
void check_scale(void);
void check_sums(void);

/* gate_backward.c */
void check_unbroadcast(void);
void check_meeting(void);
void check_walk(void);
void check_constants(void);
void check_retained(void);
void check_walk_within(void);
void check_released_gradients(void);

/* gate_buffers.c */
void check_reuse(void);
void check_reuse_of_scalars(void);
void check_given_back(void);
void check_sizes(void);
void check_kept_buffers(void);

/* gate_network.c */
void check_network(void);

#endif
