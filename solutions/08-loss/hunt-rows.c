/* softmax_cross_entropy: the mean loss straight from scores. Chapter 08, "softmax_cross_entropy".
 *
 * A worked answer. Forward packed the sums of the rows that count one behind the other, without
 * gaps; backward reads them by the row's own number. The two agree until the first ignored row, and
 * from there on every row is told by another one's sum. Loss and first gradient look fine: only a
 * gradient behind an ignored row shows it. Mended, each sum stands at its row's number; what stands
 * at an ignored row is never used. */
#include "ops/ops.h"

#include <string.h>

/* What backward needs besides the scores. Forward fills it, on the tape. */
typedef struct {
    int *targets;
    LogSum *sums; /* by the row's number; only those of rows that count are filled */
    size_t counted;
} Saved;

/* dx_ri = dL/N (p_ri - [i = t_r]), with p from the row's sum; 0 in ignored rows. */
static void softmax_cross_entropy_backward(Tensor *out)
{
    Tensor *logits = out->parents[0];
    const Saved *saved = out->saved;
    size_t classes = tensor_dim(logits, -1), rows = logits->size / classes;
    real share = out->grad[0] / (real)saved->counted;
    GradWrite dx = grad_write(logits);
    for (size_t r = 0; r < rows; r++) {
        const real *x = logits->data + r * classes;
        const LogSum sum = saved->sums[r];
        for (size_t i = 0; i < classes; i++) {
            real p = exp((x[i] - sum.max) - sum.rest), y = (int)i == saved->targets[r];
            grad_put(dx, r * classes + i, saved->targets[r] == IGNORED ? 0 : share * (p - y));
        }
    }
}

static void target_check(int target, size_t classes)
{
    if (target != IGNORED && (target < 0 || (size_t)target >= classes))
        broken_contract("tensor_softmax_cross_entropy: no class %d", target);
}

Tensor *tensor_softmax_cross_entropy(Tensor *logits, const int *targets)
{
    if (logits->shape.rank < 1 || tensor_dim(logits, -1) == 0)
        shape_mismatch("tensor_softmax_cross_entropy", logits, NULL, "logits (...,V)");
    size_t classes = tensor_dim(logits, -1), rows = logits->size / classes;
    Tensor *out = tensor_result("softmax_cross_entropy", shape0(), softmax_cross_entropy_backward,
                                1, &logits);
    Saved *saved = tape_alloc(sizeof *saved);
    saved->targets = tape_alloc(rows * sizeof *targets);
    saved->sums = tape_alloc(rows * sizeof *saved->sums);
    saved->counted = 0;
    memcpy(saved->targets, targets, rows * sizeof *targets);
    out->saved = saved;
    real total = 0;
    for (size_t r = 0; r < rows; r++) {
        const real *x = logits->data + r * classes;
        target_check(targets[r], classes);
        if (targets[r] == IGNORED)
            continue;
        const LogSum sum = log_sum_row(x, classes);
        total += (sum.max - x[targets[r]]) + sum.rest;
        saved->sums[r] = sum;
        saved->counted++;
    }
    out->data[0] = saved->counted == 0 ? 0 : total / (real)saved->counted;
    return out;
}
