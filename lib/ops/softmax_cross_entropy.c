/* softmax_cross_entropy: the loss straight from logits. Derived in chapter 08.
 *
 *   -log softmax(x)_t = log sum_k exp(x_k) - x_t, whose derivative by x_i is p_i - [i = t]: the
 *   exponentials and the division by p cancel. With the mean over N rows that are not ignored,
 *   dx_ri = (p_ri - [i = t_r]) / N, and 0 in ignored rows. */
#include "ops/ops.h"
#include "base/vector.h"

#include <string.h>

enum { ROWS = 8 }; /* in one thread's piece */

typedef struct {
    int *targets; /* one a row, as are the others */
    LogSum *sums; /* from which backward has the row's softmax: exp(x - max - rest) */
    real *losses; /* 0 where ignored */
    size_t counted;
} Saved;

static void forward_rows(size_t begin, size_t end, void *context)
{
    Tensor *out = context;
    const Saved *saved = out->saved;
    size_t classes = tensor_dim(out->parents[0], -1);
    for (size_t row = begin; row < end; row++) {
        const real *x = out->parents[0]->data + row * classes;
        LogSum sum = saved->sums[row] = log_sum_row(x, classes);
        int target = saved->targets[row];
        saved->losses[row] = target == IGNORED ? 0 : (sum.max - x[target]) + sum.rest;
    }
}

typedef struct {
    const Tensor *out;
    GradWrite dx;
} Gradients;

/* dx = share (p - [i = target]), where x has the log sum `sum`. */
WIDE static void row_gradient(GradWrite dx, const real *x, size_t classes, LogSum sum, size_t target,
                              real share)
{
    for (size_t i = 0; i < classes; i++)
        grad_put(dx, i, share * loop_exp((x[i] - sum.max) - sum.rest));
    dx.at[target] -= share;
}

static void backward_rows(size_t begin, size_t end, void *context)
{
    const Gradients *g = context;
    const Saved *saved = g->out->saved;
    size_t classes = tensor_dim(g->out->parents[0], -1);
    real share = g->out->grad[0] / (real)saved->counted;
    for (size_t row = begin; row < end; row++) {
        GradWrite dx = {g->dx.at + row * classes, g->dx.add};
        if (saved->targets[row] != IGNORED)
            row_gradient(dx, g->out->parents[0]->data + row * classes, classes, saved->sums[row],
                         (size_t)saved->targets[row], share);
        else if (!dx.add)
            memset(dx.at, 0, classes * sizeof *dx.at);
    }
}

static void softmax_cross_entropy_backward(Tensor *out)
{
    Tensor *logits = out->parents[0];
    Gradients g = {out, grad_write(logits)};
    parallel_for(logits->size / tensor_dim(logits, -1), ROWS, backward_rows, &g);
}

Tensor *tensor_softmax_cross_entropy(Tensor *logits, const int *targets)
{
    if (logits->shape.rank < 1 || tensor_dim(logits, -1) == 0)
        shape_mismatch("tensor_softmax_cross_entropy", logits, NULL, "logits (...,V)");
    size_t classes = tensor_dim(logits, -1), rows = logits->size / classes;
    Tensor *out = tensor_result("softmax_cross_entropy", shape0(), softmax_cross_entropy_backward, 1,
                                &logits);
    Saved *saved = tape_alloc(sizeof *saved);
    *saved = (Saved){tape_alloc(rows * sizeof *targets), tape_alloc(rows * sizeof *saved->sums),
                     tape_alloc(rows * sizeof(real)), 0};
    memcpy(saved->targets, targets, rows * sizeof *targets);
    out->saved = saved;
    for (size_t row = 0; row < rows; row++) {
        int target = targets[row];
        if (target != IGNORED && (target < 0 || (size_t)target >= classes))
            broken_contract("tensor_softmax_cross_entropy: expected a target in [0, %zu), found %d "
                            "in row %zu of %s", classes, target, row, shape_text(logits->shape));
        saved->counted += target != IGNORED;
    }
    parallel_for(rows, ROWS, forward_rows, out);
    double sum = 0; /* in the order of the rows, whatever the number of threads */
    for (size_t row = 0; row < rows; row++)
        sum += (double)saved->losses[row];
    out->data[0] = saved->counted == 0 ? 0 : (real)(sum / (double)saved->counted);
    return out;
}
