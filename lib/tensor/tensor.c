/* tensor: making tensors. Parameters are allocated once and last; everything else lives on the tape
 * and dies with its mark. Chapter 05. */
#include "tensor/tensor.h"

#include <stdlib.h>
#include <string.h>

enum { ALIGNMENT = 64 }; /* a line of the caches: no vector of a parameter lies across two */

static size_t aligned(size_t bytes)
{
    return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

/* One block: the tensor, its data, its gradient. The system gives large blocks out as pages of zeros
 * that take no memory before they are touched: a model that only runs forward has no gradients. */
Tensor *tensor_parameter(Shape shape)
{
    size_t size = shape_size(shape);
    require(size <= SIZE_MAX / 4 / sizeof(real),
            "tensor_parameter: %s takes more memory than any machine has", shape_text(shape));
    size_t bytes = aligned(size * sizeof(real));
    Tensor *t = memory_calloc(1, aligned(sizeof *t) + ALIGNMENT + 2 * bytes);
    char *data = (char *)t + sizeof *t;
    data += aligned((uintptr_t)data) - (uintptr_t)data;
    *t = (Tensor){.shape = shape, .size = size, .data = (real *)(void *)data,
                  .grad = (real *)(void *)(data + bytes), .wants_grad = true};
    return t;
}

void tensor_free(Tensor *parameter)
{
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
