/* cross_entropy: L = -(1/N) sum log p[r][t_r] over the rows that count. Chapter 08,
 * "cross_entropy".
 *
 * What to write: the loss and what is saved for backward, and the backward. */
#include "ops/ops.h"

#include <string.h>

/* What backward needs besides p. Forward fills it, on the tape. */
typedef struct {
    int *targets; /* a copy: the caller may fill its own with the next batch's */
    size_t counted;
} Saved;

static void cross_entropy_backward(Tensor *out)
{
    (void)out;
    /* your code here: what forward kept is *(const Saved *)out->saved */
}

Tensor *tensor_cross_entropy(Tensor *p, const int *targets)
{
    if (p->shape.rank < 1 || tensor_dim(p, -1) == 0)
        shape_mismatch("tensor_cross_entropy", p, NULL, "probabilities (...,V)");
    size_t classes = tensor_dim(p, -1), rows = p->size / classes;
    Tensor *out = tensor_result("cross_entropy", shape0(), cross_entropy_backward, 1, &p);
    Saved *saved = tape_alloc(sizeof *saved);
    saved->targets = tape_alloc(rows * sizeof *targets);
    saved->counted = 0;
    out->data[0] = NAN; /* your code here: the loss, and what saved holds */
    (void)rows;
    out->saved = saved;
    return out;
}
