/* cross_entropy: L = -(1/N) sum_r log p[r, t_r] over rows whose target is not ignored. Chapter 08.
 *
 *   Only the target's probability of each row takes part: dL/dp[r, t_r] = -1 / (N p[r, t_r]), and 0
 *   for every other element. N counts the rows that take part, not all rows. */
#include "ops/ops.h"

#include <string.h>

typedef struct {
    int *targets;
    size_t counted;
} Saved;

static void cross_entropy_backward(Tensor *out)
{
    Tensor *p = out->parents[0];
    const Saved *saved = out->saved;
    size_t classes = tensor_dim(p, -1);
    real *dp = grad_scatter(p);
    for (size_t row = 0; row < p->size / classes; row++)
        if (saved->targets[row] != IGNORED) {
            size_t at = row * classes + (size_t)saved->targets[row];
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
    *saved = (Saved){tape_alloc(rows * sizeof *targets), 0};
    memcpy(saved->targets, targets, rows * sizeof *targets);
    out->saved = saved;
    real sum = 0;
    for (size_t row = 0; row < rows; row++) {
        int target = targets[row];
        if (target != IGNORED && (target < 0 || (size_t)target >= classes))
            broken_contract("tensor_cross_entropy: expected a target in [0, %zu), found %d in row "
                            "%zu of %s", classes, target, row, shape_text(p->shape));
        if (target == IGNORED)
            continue;
        sum -= log(p->data[row * classes + (size_t)target]);
        saved->counted++;
    }
    out->data[0] = saved->counted == 0 ? 0 : sum / (real)saved->counted;
    return out;
}
