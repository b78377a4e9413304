/* head_cross_entropy: the loss straight from hidden states and the head's table, in chunks of rows.
 * Derived in chapter 20.
 *
 *   Logits X E^T, then the mean over N rows of log sum_v exp(logit_v) - logit_target. Each row's loss
 *   needs its own logits alone, and so does its gradient G = (P - Y) / N by them, where Y has a one
 *   at each target. So a chunk's logits make its loss, become its G in place and give its share of
 *   the gradients, dX = G E and dE = sum over chunks of G^T X, before the next chunk's overwrite them.
 *   Backward multiplies by the upstream gradient, which is one number. The last chunk's G is kept for
 *   backward, whose products go straight into the gradients: with one chunk nothing is stored beside
 *   it. The idea of making gradients in the forward: Hsu et al. 2024, "Liger Kernel".
 *   Letters: C width, V vocabulary. */
#include "ops/ops.h"

#include <string.h>

/* Rows of a chunk at most; elements in one thread's piece. Each chunk but the last asks for the whole
 * table in both its products, and the first of several for a second gradient of the table, as large as
 * C rows of logits: fewer rows in a chunk take more time, and up to about C + CHUNK rows more memory. */
enum { CHUNK = 1024, PIECE = 1 << 14 };

typedef struct {
    int *targets;   /* one a row, as are the losses, 0 where ignored */
    real *losses;
    size_t rows, counted, last; /* the last chunk begins with row `last` */
    real *g;        /* (rows of a chunk, V): N G of the last one */
    real *dx, *de;  /* of the chunks before it, for an upstream gradient of 1; NULL when not wanted */
} Saved;

/* One chunk: its rows' targets and losses, and the logits, which become N G where that is wanted. */
typedef struct {
    const int *targets;
    real *losses, *logits;
    size_t classes;
    bool wants_grad;
} Chunk;

static size_t grain_of(size_t width)
{
    return 1 + PIECE / width;
}

static void loss_rows(size_t begin, size_t end, void *context)
{
    const Chunk *chunk = context;
    for (size_t row = begin; row < end; row++) {
        real *x = chunk->logits + row * chunk->classes;
        int target = chunk->targets[row];
        if (target == IGNORED) {
            chunk->losses[row] = 0;
            memset(x, 0, chunk->classes * sizeof *x);
            continue;
        }
        real wanted = x[target];
        LogSum sum = chunk->wants_grad ? softmax_row(x, x, chunk->classes)
                                       : log_sum_row(x, chunk->classes);
        chunk->losses[row] = (sum.max - wanted) + sum.rest;
        if (chunk->wants_grad)
            x[target] -= 1;
    }
}

static real share_of(const Saved *saved)
{
    return saved->counted == 0 ? 0 : 1 / (real)saved->counted;
}

/* The gradients of a chunk but the last, for an upstream gradient of 1. */
static void keep_gradients(const Tensor *out, size_t first, size_t count)
{
    const Saved *saved = out->saved;
    const Tensor *x = out->parents[0], *table = out->parents[1];
    size_t classes = table->shape.dim[0], width = table->shape.dim[1];
    real share = share_of(saved);
    if (saved->dx != NULL)
        gemm(false, false, count, width, classes, share, saved->g, classes, table->data, width,
             false, saved->dx + first * width, width);
    if (saved->de != NULL)
        gemm(true, false, classes, width, count, share, saved->g, classes, x->data + first * width,
             width, first > 0, saved->de, width);
}

/* ---- backward ---------------------------------------------------------------------------------- */
typedef struct {
    const real *from;
    real by;
    GradWrite to;
} Scaling;

static void scale_piece(size_t begin, size_t end, void *context)
{
    const Scaling *s = context;
    for (size_t i = begin; i < end; i++)
        grad_put(s->to, i, s->by * s->from[i]);
}

static void head_cross_entropy_backward(Tensor *out)
{
    const Saved *saved = out->saved;
    Tensor *x = out->parents[0], *table = out->parents[1];
    size_t classes = table->shape.dim[0], width = table->shape.dim[1];
    size_t first = saved->last * width, count = saved->rows - saved->last;
    real upstream = out->grad[0], share = upstream * share_of(saved);
    if (x->wants_grad) {
        Scaling dx = {saved->dx, upstream, grad_write(x)};
        parallel_for(first, PIECE, scale_piece, &dx);
        gemm(false, false, count, width, classes, share, saved->g, classes, table->data, width,
             dx.to.add, dx.to.at + first, width);
    }
    if (table->wants_grad) {
        Scaling de = {saved->de, upstream, grad_write(table)};
        if (first > 0)
            parallel_for(table->size, PIECE, scale_piece, &de);
        gemm(true, false, classes, width, count, share, saved->g, classes, x->data + first, width,
             first > 0 || de.to.add, de.to.at, width);
    }
}

/* ---- forward ----------------------------------------------------------------------------------- */
static Saved *saved_of(const Tensor *x, const Tensor *table, const int *targets, size_t chunk)
{
    size_t classes = table->shape.dim[0], rows = x->size / table->shape.dim[1];
    Saved *saved = tape_alloc(sizeof *saved);
    *saved = (Saved){.targets = tape_alloc(rows * sizeof *targets),
                     .losses = tape_alloc(rows * sizeof(real)),
                     .rows = rows,
                     .last = rows == 0 ? 0 : (rows - 1) / chunk * chunk};
    memcpy(saved->targets, targets, rows * sizeof *targets);
    for (size_t row = 0; row < rows; row++) {
        int target = targets[row];
        if (target != IGNORED && (target < 0 || (size_t)target >= classes))
            broken_contract("tensor_head_cross_entropy: expected a target in [0, %zu), found %d in "
                            "row %zu of %zu", classes, target, row, rows);
        saved->counted += target != IGNORED;
    }
    return saved;
}

static void forward_chunks(Tensor *out, size_t chunk)
{
    const Saved *saved = out->saved;
    const Tensor *x = out->parents[0], *table = out->parents[1];
    size_t classes = table->shape.dim[0], width = table->shape.dim[1];
    for (size_t first = 0; first < saved->rows; first += chunk) {
        size_t count = saved->rows - first < chunk ? saved->rows - first : chunk;
        Chunk part = {saved->targets + first, saved->losses + first, saved->g, classes,
                      out->wants_grad};
        gemm(false, true, count, classes, width, 1, x->data + first * width, width, table->data,
             width, false, saved->g, classes);
        parallel_for(count, grain_of(classes), loss_rows, &part);
        if (out->wants_grad && first < saved->last)
            keep_gradients(out, first, count);
    }
}

Tensor *head_cross_entropy_in_chunks(Tensor *x, Tensor *table, const int *targets, size_t chunk)
{
    if (x->shape.rank < 1 || table->shape.rank != 2 || tensor_dim(x, -1) != table->shape.dim[1] ||
        table->size == 0)
        shape_mismatch("tensor_head_cross_entropy", x, table, "x (...,C) and table (V,C)");
    require(chunk > 0, "tensor_head_cross_entropy: expected chunks of at least 1 row, found 0");
    Tensor *out = tensor_result("head_cross_entropy", shape0(), head_cross_entropy_backward, 2,
                                (Tensor *[]){x, table});
    Saved *saved = saved_of(x, table, targets, chunk);
    out->saved = saved;
    if (out->wants_grad && saved->last > 0 && x->wants_grad)
        saved->dx = tape_alloc(saved->last * table->shape.dim[1] * sizeof(real));
    if (out->wants_grad && saved->last > 0 && table->wants_grad)
        saved->de = tape_alloc(table->size * sizeof(real));
    TapeMark mark = tape_mark();
    saved->g = tape_alloc((saved->rows < chunk ? saved->rows : chunk) * table->shape.dim[0] *
                          sizeof(real));
    forward_chunks(out, chunk);
    if (!out->wants_grad)
        tape_release(mark);
    double sum = 0; /* in the order of the rows, whatever the number of threads */
    for (size_t row = 0; row < saved->rows; row++)
        sum += (double)saved->losses[row];
    out->data[0] = saved->counted == 0 ? 0 : (real)(sum / (double)saved->counted);
    return out;
}

Tensor *tensor_head_cross_entropy(Tensor *x, Tensor *table, const int *targets)
{
    size_t width = table->shape.rank == 2 ? table->shape.dim[1] : 0;
    size_t rows = width == 0 ? 0 : x->size / width, chunks = (rows + CHUNK - 1) / CHUNK;
    return head_cross_entropy_in_chunks(x, table, targets,
                                        chunks == 0 ? 1 : (rows + chunks - 1) / chunks);
}
