/* embedding: rows of a table, chosen by ids. Chapter 10, "A gather, and the scatter that undoes
 * it".
 *
 * A bug hunt: this whole file is given. Its forward is right, and so is its backward for the ids
 * [6,0,3,5,1,4,2]. A language model trained with it learns, only worse. Find what is wrong and mend
 * it. */
#include "ops/ops.h"

enum { NOWHERE = -1 };

/* Each row of the table asks where it was read, and takes what it hears from there. */
static void embedding_backward(Tensor *out)
{
    Tensor *table = out->parents[0];
    const int *ids = out->saved;
    size_t width = tensor_dim(out, -1), count = out->size / width;
    GradWrite dtable = grad_write(table);
    for (size_t v = 0; v < table->shape.dim[0]; v++) {
        int where = NOWHERE;
        for (size_t n = 0; n < count; n++)
            if ((size_t)ids[n] == v)
                where = (int)n;
        for (size_t c = 0; c < width; c++)
            grad_put(dtable, v * width + c,
                     where == NOWHERE ? 0 : out->grad[(size_t)where * width + c]);
    }
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
        for (size_t c = 0; c < width; c++)
            out->data[n * width + c] = table->data[(size_t)ids[n] * width + c];
    }
    return out;
}
