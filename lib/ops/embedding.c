/* embedding: rows of a table, chosen by ids. Derived in chapter 10.
 *
 *   y[n, c] = table[id_n, c]. Row v of the table influences every position n with id_n = v, so
 *   dtable[v, c] = sum over n with id_n = v of dy[n, c]: a scatter that adds, because ids repeat. */
#include "ops/ops.h"
#include "base/vector.h"

#include <string.h>

static void copy_rows(size_t begin, size_t end, void *context)
{
    Tensor *out = context;
    const int *ids = out->saved;
    const real *table = out->parents[0]->data;
    size_t width = tensor_dim(out, -1);
    for (size_t n = begin; n < end; n++)
        memcpy(out->data + n * width, table + (size_t)ids[n] * width, width * sizeof(real));
}

typedef struct {
    const Tensor *out;
    real *dtable;
} Gradients;

/* Columns [begin, end) of every row: threads never meet, and repeats are added in their order. */
WIDE static void embedding_scatter(size_t begin, size_t end, void *context)
{
    const Gradients *g = context;
    const int *ids = g->out->saved;
    size_t width = tensor_dim(g->out, -1);
    for (size_t n = 0; n < g->out->size / width; n++)
        for (size_t c = begin; c < end; c++)
            g->dtable[(size_t)ids[n] * width + c] += g->out->grad[n * width + c];
}

static void embedding_backward(Tensor *out)
{
    size_t width = tensor_dim(out, -1);
    Gradients g = {out, grad_scatter(out->parents[0])};
    parallel_for(width, loop_columns(out->size / width), embedding_scatter, &g);
}

Tensor *tensor_embedding(Tensor *table, const int *ids, Shape shape)
{
    if (table->shape.rank != 2 || table->shape.dim[1] == 0 || shape.rank >= RANK_MAX)
        shape_mismatch("tensor_embedding", table, NULL, "a table (V,C) and ids of rank 3 at most");
    size_t rows = table->shape.dim[0], width = table->shape.dim[1], count = shape_size(shape);
    shape.dim[shape.rank++] = width;
    Tensor *out = tensor_result("embedding", shape, embedding_backward, 1, &table);
    int *kept = tape_alloc(count * sizeof *kept);
    memcpy(kept, ids, count * sizeof *kept);
    out->saved = kept;
    for (size_t n = 0; n < count; n++)
        if (ids[n] < 0 || (size_t)ids[n] >= rows)
            broken_contract("tensor_embedding: expected ids in [0, %zu) for a table of shape %s, "
                            "found %d at position %zu", rows, shape_text(table->shape), ids[n], n);
    parallel_for(count, loop_grain(width), copy_rows, out);
    return out;
}
