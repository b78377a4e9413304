/* tensor: making tensors. Parameters are allocated once and last; everything else lives on the tape
 * and dies with its mark. Chapter 05. */
#include "tensor/tensor.h"

#include <stdlib.h>
#include <string.h>

Tensor *tensor_parameter(Shape shape)
{
    Tensor *t = memory_calloc(1, sizeof *t);
    t->shape = shape;
    t->size = shape_size(shape);
    t->data = memory_calloc(t->size, sizeof(real));
    t->grad = memory_calloc(t->size, sizeof(real));
    t->wants_grad = true;
    return t;
}

void tensor_free(Tensor *parameter)
{
    if (parameter == NULL)
        return;
    free(parameter->data);
    free(parameter->grad);
    free(parameter);
}

Tensor *tensor_new(Shape shape)
{
    size_t size = shape_size(shape);
    Tensor *t = tape_alloc(sizeof *t);
    *t = (Tensor){.shape = shape, .size = size, .data = tape_alloc(size * sizeof(real))};
    return t;
}

Tensor *tensor_from(Shape shape, const real *values)
{
    Tensor *t = tensor_new(shape);
    if (t->size > 0)
        memcpy(t->data, values, t->size * sizeof(real));
    return t;
}

Tensor *tensor_detach(const Tensor *t)
{
    return tensor_from(t->shape, t->data);
}

void tensor_want_grad(Tensor *leaf)
{
    require(leaf->op == NULL, "tensor_want_grad: expected a leaf, found a result of %s", leaf->op);
    leaf->wants_grad = true;
    /* Here, so that it lives as long as the leaf, and not only until the mark around a backward. */
    if (leaf->grad == NULL)
        leaf->grad = tape_alloc(leaf->size * sizeof *leaf->grad);
}

size_t tensor_dim(const Tensor *t, int axis)
{
    return t->shape.dim[axis_of("tensor_dim", t, axis)];
}

real tensor_item(const Tensor *t)
{
    if (t->size != 1)
        shape_mismatch("tensor_item", t, NULL, "a tensor of one element");
    return t->data[0];
}
