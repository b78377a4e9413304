/* What the files of chapter 07's gate share: index tuples, and the rows, each function in the file
 * under whose name it stands. A row draws from the gate's one stream of random numbers, so the
 * order in which gate.c calls them is part of what they print. */
#ifndef WENGERT_GATE_07_H
#define WENGERT_GATE_07_H

#include "ops/ops.h"

/* gate.c */
/* The index tuple of element `at` of a row-major shape, and back. */
void index_split(Shape shape, size_t at, size_t index[RANK_MAX]);
size_t index_join(Shape shape, const size_t index[RANK_MAX]);
int from_front(int axis, int rank); /* the axis that -1, the last, and the like mean */

/* gate_products.c */
void check_matmuls(void);
void check_shared_weight(void);
void check_linears(void);

/* gate_sums.c */
void check_reductions(bool mean);
void check_centre(void);

/* gate_moves.c */
void check_moves(void);
void check_reshape(void);

/* gate_parts.c */
void check_slices(void);
void check_concats(void);

/* gate_network.c */
void check_mlp(void);

/* gate_by_hand.c */
void check_products_by_hand(void);
void check_moves_by_hand(void);

#endif
