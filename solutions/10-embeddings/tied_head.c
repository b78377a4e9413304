/* tied_head: logits from the embedding's own table. Chapter 10, "Tied head".
 *
 * A worked answer. */
#include "ops/ops.h"

/* y_nv = sum over c of x_nc E_vc. x_nc is heard by every v, with slope E_vc; E_vc by every n, with
 * slope x_nc. Each is one sum, and one put. x and the table may be the same tensor, so one is done
 * before the other's buffer is asked for. */
static void tied_head_backward(Tensor *out)
{
    Tensor *x = out->parents[0], *table = out->parents[1];
    size_t vocabulary = table->shape.dim[0], width = table->shape.dim[1], rows = x->size / width;
    if (x->wants_grad) {
        GradWrite dx = grad_write(x);
        for (size_t n = 0; n < rows; n++)
            for (size_t c = 0; c < width; c++) {
                real sum = 0;
                for (size_t v = 0; v < vocabulary; v++)
                    sum += out->grad[n * vocabulary + v] * table->data[v * width + c];
                grad_put(dx, n * width + c, sum);
            }
    }
    if (table->wants_grad) {
        GradWrite dtable = grad_write(table);
        for (size_t v = 0; v < vocabulary; v++)
            for (size_t c = 0; c < width; c++) {
                real sum = 0;
                for (size_t n = 0; n < rows; n++)
                    sum += out->grad[n * vocabulary + v] * x->data[n * width + c];
                grad_put(dtable, v * width + c, sum);
            }
    }
}

Tensor *tensor_tied_head(Tensor *x, Tensor *table)
{
    int rank = x->shape.rank;
    if (rank < 1 || table->shape.rank != 2 || tensor_dim(x, -1) != table->shape.dim[1])
        shape_mismatch("tensor_tied_head", x, table, "x (...,C) and table (V,C)");
    Tensor *out = tensor_result("tied_head", shape_with(x->shape, rank - 1, table->shape.dim[0]),
                                tied_head_backward, 2, (Tensor *[]){x, table});
    size_t vocabulary = table->shape.dim[0], width = table->shape.dim[1];
    for (size_t i = 0; i < out->size; i++) {
        size_t n = i / vocabulary, v = i % vocabulary;
        real sum = 0;
        for (size_t c = 0; c < width; c++)
            sum += x->data[n * width + c] * table->data[v * width + c];
        out->data[i] = sum;
    }
    return out;
}
