/* embedding: rows of a table, chosen by ids. Chapter 10, "A gather, and the scatter that undoes
 * it".
 *
 * What to write: the loop that fills out->data in tensor_embedding, and the backward. The ids are
 * copied for you: they are the caller's, who may fill the same memory with the next batch. */
#include "ops/ops.h"

static void embedding_backward(Tensor *out)
{
    const int *ids = out->saved; /* one for each row of out */
    (void)ids;
    /* your code here */
}

Tensor *tensor_embedding(Tensor *table, const int *ids, Shape shape)
{
    if (table->shape.rank != 2 || table->shape.dim[1] == 0 || shape.rank >= RANK_MAX)
        shape_mismatch("tensor_embedding", table, NULL, "a table (V,C) and ids of rank 3 at most");
    size_t rows = table->shape.dim[0], count = shape_size(shape);
    shape.dim[shape.rank++] = table->shape.dim[1];
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
    for (size_t i = 0; i < out->size; i++)
        out->data[i] = NAN; /* your code here, row by row */
    return out;
}
