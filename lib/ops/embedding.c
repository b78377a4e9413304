/* embedding: rows of a table, chosen by ids. Derived in chapter 10.
 *
 *   y[n, c] = table[id_n, c]. Row v of the table influences every position n with id_n = v, so
 *   dtable[v, c] = sum over n with id_n = v of dy[n, c]: a scatter that adds, because ids repeat. */
#include "ops/ops.h"

#include <string.h>

static void embedding_backward(Tensor *out)
{
    Tensor *table = out->parents[0];
    const int *ids = out->saved;
    size_t width = table->shape.dim[1];
    real *dtable = grad_scatter(table);
    for (size_t n = 0; n < out->size / width; n++)
        for (size_t c = 0; c < width; c++)
            dtable[(size_t)ids[n] * width + c] += out->grad[n * width + c];
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
    for (size_t n = 0; n < count; n++) {
        if (ids[n] < 0 || (size_t)ids[n] >= rows)
            broken_contract("tensor_embedding: expected ids in [0, %zu) for a table of shape %s, "
                            "found %d at position %zu", rows, shape_text(table->shape), ids[n], n);
        memcpy(out->data + n * width, table->data + (size_t)ids[n] * width, width * sizeof(real));
    }
    return out;
}
