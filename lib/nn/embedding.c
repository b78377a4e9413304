/* embedding: a table of rows, one for each id or position. Chapter 10. */
#include "nn/nn.h"

Embedding embedding_make(Parameters *list, const char *name, size_t rows, size_t width,
                         Random *random)
{
    const real deviation = (real)0.02;
    Embedding layer = {parameters_add(list, name, "weight", shape2(rows, width))};
    parameter_normal(layer.table, random, deviation);
    return layer;
}

Tensor *embedding_forward(const Embedding *layer, const int *ids, Shape shape)
{
    return tensor_embedding(layer->table, ids, shape);
}
