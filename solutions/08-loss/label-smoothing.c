/* label smoothing: cross-entropy against a truth that is not certain. Chapter 08, "Label
 * smoothing".
 *
 * A worked answer. */
#include "label-smoothing.h"

#include <string.h>

/* What backward needs besides the scores; on the tape. */
typedef struct {
    int *targets;
    size_t counted;
    real epsilon;
} Saved;

/* q_i: most of the truth at the target, and epsilon handed out to all V classes alike, the target
 * among them. Their sum is 1. */
static real truth(const Saved *saved, size_t r, size_t i, size_t classes)
{
    real right = (int)i == saved->targets[r];
    return (1 - saved->epsilon) * right + saved->epsilon / (real)classes;
}

/* The row's loss is ln S - sum_i q_i x_i, for the q_i sum to 1: slope p_i - q_i along x_i. */
static void smooth_backward(Tensor *out)
{
    Tensor *x = out->parents[0];
    const Saved *saved = out->saved;
    size_t classes = tensor_dim(x, -1), rows = x->size / classes;
    real share = out->grad[0] / (real)saved->counted;
    GradWrite dx = grad_write(x);
    for (size_t r = 0; r < rows; r++) {
        const real *row = x->data + r * classes;
        const LogSum sum = log_sum_row(row, classes);
        for (size_t i = 0; i < classes; i++) {
            real p = exp((row[i] - sum.max) - sum.rest), q = truth(saved, r, i, classes);
            grad_put(dx, r * classes + i, saved->targets[r] == IGNORED ? 0 : share * (p - q));
        }
    }
}

/* -sum_i q_i ln p_i, with ln p_i = (x_i - max) - rest. */
static real row_loss(const Saved *saved, size_t r, const real *row, size_t classes)
{
    const LogSum sum = log_sum_row(row, classes);
    real loss = 0;
    for (size_t i = 0; i < classes; i++)
        loss -= truth(saved, r, i, classes) * ((row[i] - sum.max) - sum.rest);
    return loss;
}

static void target_check(int target, size_t classes)
{
    if (target != IGNORED && (target < 0 || (size_t)target >= classes))
        broken_contract("tensor_smooth_cross_entropy: no class %d", target);
}

Tensor *tensor_smooth_cross_entropy(Tensor *x, const int *targets, real epsilon)
{
    if (x->shape.rank < 1 || tensor_dim(x, -1) == 0)
        shape_mismatch("tensor_smooth_cross_entropy", x, NULL, "logits (...,V)");
    size_t classes = tensor_dim(x, -1), rows = x->size / classes;
    Tensor *out = tensor_result("smooth_cross_entropy", shape0(), smooth_backward, 1, &x);
    Saved *saved = tape_alloc(sizeof *saved);
    *saved = (Saved){tape_alloc(rows * sizeof *targets), 0, epsilon};
    memcpy(saved->targets, targets, rows * sizeof *targets);
    out->saved = saved;
    real total = 0;
    for (size_t r = 0; r < rows; r++) {
        target_check(targets[r], classes);
        if (targets[r] == IGNORED)
            continue;
        total += row_loss(saved, r, x->data + r * classes, classes);
        saved->counted++;
    }
    out->data[0] = saved->counted == 0 ? 0 : total / (real)saved->counted;
    return out;
}
