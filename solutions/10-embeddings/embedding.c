/* embedding: rows of a table, chosen by ids. Chapter 10, "A gather, and the scatter that undoes
 * it".
 *
 * A worked answer. */
#include "ops/ops.h"

/* y_nc = E_vc for v = id_n. E_vc stands in the result once for every n that named row v, so it
 * hears the sum over those: row n of dy is added to row id_n of dE. Rows that nobody named hear 0,
 * and so the buffer has to begin with zeros: grad_scatter, not grad_write. */
static void embedding_backward(Tensor *out)
{
    const int *ids = out->saved;
    size_t width = tensor_dim(out, -1), count = out->size / width;
    real *dtable = grad_scatter(out->parents[0]);
    for (size_t n = 0; n < count; n++)
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
    out->saved = kept;
    for (size_t n = 0; n < count; n++) {
        if (ids[n] < 0 || (size_t)ids[n] >= rows)
            broken_contract("tensor_embedding: expected ids in [0, %zu) for a table of shape %s, "
                            "found %d at position %zu",
                            rows, shape_text(table->shape), ids[n], n);
        kept[n] = ids[n];
    }
    for (size_t n = 0; n < count; n++)
        for (size_t c = 0; c < width; c++)
            out->data[n * width + c] = table->data[(size_t)kept[n] * width + c];
    return out;
}
