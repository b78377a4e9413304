/* softmax_cross_entropy: the mean loss straight from scores. Chapter 08, "softmax_cross_entropy".
 *
 * What to write: the loss, what saved holds beside the targets, and the backward. log_sum_row, of
 * exercise 08-loss/softmax, gives the logarithm of a row's sum of exponentials as .max + .rest. */
#include "ops/ops.h"

#include <string.h>

/* What backward needs besides the scores. Forward fills it, on the tape. */
typedef struct {
    int *targets;
    LogSum *sums; /* of each row: max + rest is the logarithm of its sum of exponentials */
    size_t counted;
} Saved;

static void softmax_cross_entropy_backward(Tensor *out)
{
    (void)out;
    /* your code here: what forward kept is *(const Saved *)out->saved */
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
    for (size_t r = 0; r < rows; r++)
        target_check(targets[r], classes);
    out->data[0] = NAN; /* your code here */
    return out;
}
