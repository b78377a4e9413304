/* cross_entropy: L = -(1/N) sum log p[r][t_r] over the rows that count. Chapter 08,
 * "cross_entropy".
 *
 * A worked answer. */
#include "ops/ops.h"

#include <string.h>

/* What backward needs besides p. Forward fills it, on the tape. */
typedef struct {
    int *targets; /* a copy: the caller may fill its own with the next batch's */
    size_t counted;
} Saved;

/* Of row r only p[r][t_r] stands in the loss, in -log p / N: slope -1/(N p). Every other element
 * gets 0, and must be written all the same: grad_scatter begins with zeros where nobody has
 * written yet. */
static void cross_entropy_backward(Tensor *out)
{
    Tensor *p = out->parents[0];
    const Saved *saved = out->saved;
    size_t classes = tensor_dim(p, -1), rows = p->size / classes;
    real *dp = grad_scatter(p);
    for (size_t r = 0; r < rows; r++) {
        if (saved->targets[r] == IGNORED)
            continue;
        size_t at = r * classes + (size_t)saved->targets[r];
        dp[at] -= out->grad[0] / ((real)saved->counted * p->data[at]);
    }
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
    memcpy(saved->targets, targets, rows * sizeof *targets);
    real sum = 0;
    for (size_t r = 0; r < rows; r++) {
        if (targets[r] == IGNORED)
            continue;
        if (targets[r] < 0 || (size_t)targets[r] >= classes)
            broken_contract("tensor_cross_entropy: no class %d", targets[r]);
        sum -= log(p->data[r * classes + (size_t)targets[r]]);
        saved->counted++;
    }
    /* Where nothing counts there is no mean: 0, rather than 0/0. */
    out->data[0] = saved->counted == 0 ? 0 : sum / (real)saved->counted;
    out->saved = saved;
    return out;
}
