/* shape: how a tensor's elements are laid out, and what is said when two do not fit.
 *
 * Row-major: the last axis is contiguous. A shape is a small value, copied freely. Chapter 05. */
#include "tensor/tensor.h"

#include <string.h>

Shape shape0(void)
{
    return (Shape){.rank = 0};
}

Shape shape1(size_t a)
{
    return (Shape){1, {a}};
}

Shape shape2(size_t a, size_t b)
{
    return (Shape){2, {a, b}};
}

Shape shape3(size_t a, size_t b, size_t c)
{
    return (Shape){3, {a, b, c}};
}

Shape shape4(size_t a, size_t b, size_t c, size_t d)
{
    return (Shape){4, {a, b, c, d}};
}

size_t shape_product(Shape shape, int begin, int end)
{
    size_t product = 1;
    for (int axis = begin; axis < end; axis++) {
        size_t dim = shape.dim[axis];
        if (dim != 0 && product > SIZE_MAX / sizeof(real) / dim)
            broken_contract("shape %s has more elements than memory has bytes", shape_text(shape));
        product *= dim;
    }
    return product;
}

size_t shape_size(Shape shape)
{
    return shape_product(shape, 0, shape.rank);
}

bool shape_equal(Shape a, Shape b)
{
    bool equal = a.rank == b.rank;
    for (int axis = 0; axis < a.rank && equal; axis++)
        equal = a.dim[axis] == b.dim[axis];
    return equal;
}

Shape shape_without(Shape shape, int axis)
{
    for (int i = axis; i + 1 < shape.rank; i++)
        shape.dim[i] = shape.dim[i + 1];
    shape.rank--;
    return shape;
}

Shape shape_with(Shape shape, int axis, size_t dim)
{
    shape.dim[axis] = dim;
    return shape;
}

const char *shape_text(Shape shape)
{
    static _Thread_local char texts[4][100];
    static _Thread_local int turn = 0;
    char *text = texts[turn = (turn + 1) % 4];
    size_t used = (size_t)snprintf(text, sizeof texts[0], "(");
    for (int axis = 0; axis < shape.rank && axis < RANK_MAX; axis++)
        used += (size_t)snprintf(text + used, sizeof texts[0] - used, axis == 0 ? "%zu" : ",%zu",
                                 shape.dim[axis]);
    snprintf(text + used, sizeof texts[0] - used, ")");
    return text;
}

_Noreturn void shape_mismatch(const char *op, const Tensor *a, const Tensor *b,
                              const char *expected)
{
    if (b == NULL)
        broken_contract("%s: expected %s, found %s", op, expected, shape_text(a->shape));
    broken_contract("%s: expected %s, found %s and %s", op, expected, shape_text(a->shape),
                    shape_text(b->shape));
}

int axis_of(const char *op, const Tensor *t, int axis)
{
    int rank = t->shape.rank;
    if (axis < -rank || axis >= rank)
        broken_contract("%s: expected an axis of a tensor of shape %s, found %d", op,
                        shape_text(t->shape), axis);
    return axis < 0 ? axis + rank : axis;
}
