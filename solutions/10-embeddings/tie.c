/* Exercise 10-embeddings/tie: embedding and head in one operation, with one table. Its header is
 * exercises/10-embeddings/tie.h.
 *
 * A worked answer. */
#include "tie.h"

/* y_nv = sum over c of E_ac E_vc with a = id_n: a product of two rows of the same table. Row v
 * hears dy_nv times row a, as the head's; row a hears dy_nv times row v, as the embedding's; both
 * go into one buffer, and where a is v it hears twice. Rows are met many times, so the buffer
 * begins with zeros: grad_scatter. */
static void tie_backward(Tensor *out)
{
    Tensor *table = out->parents[0];
    const int *ids = out->saved;
    size_t vocabulary = table->shape.dim[0], width = table->shape.dim[1];
    real *dtable = grad_scatter(table);
    for (size_t i = 0; i < out->size; i++) {
        size_t a = (size_t)ids[i / vocabulary], v = i % vocabulary;
        for (size_t c = 0; c < width; c++) {
            dtable[v * width + c] += out->grad[i] * table->data[a * width + c];
            dtable[a * width + c] += out->grad[i] * table->data[v * width + c];
        }
    }
}

Tensor *tensor_tie(Tensor *table, const int *ids, size_t count)
{
    size_t vocabulary = table->shape.dim[0], width = table->shape.dim[1];
    Tensor *out = tensor_result("tie", shape2(count, vocabulary), tie_backward, 1, &table);
    int *kept = tape_alloc(count * sizeof *kept);
    for (size_t n = 0; n < count; n++)
        kept[n] = ids[n];
    out->saved = kept;
    for (size_t i = 0; i < out->size; i++) {
        size_t a = (size_t)kept[i / vocabulary], v = i % vocabulary;
        real sum = 0;
        for (size_t c = 0; c < width; c++)
            sum += table->data[a * width + c] * table->data[v * width + c];
        out->data[i] = sum;
    }
    return out;
}
