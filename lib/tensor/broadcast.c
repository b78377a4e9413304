/* broadcast: shapes that stretch, and the sum that undoes it.
 *
 * Stretching repeats an element; the gradient of an element that was repeated is the sum of the
 * gradients of its copies. Shapes are aligned at their last axes: (3,1) and (5) give (3,5).
 * Chapter 05. */
#include "tensor/tensor.h"
#include "base/vector.h"

#include <string.h>

/* The dimension of `shape` that stands under axis `axis` of a shape of rank `rank`. */
static size_t aligned_dim(Shape shape, int axis, int rank)
{
    int own = axis - (rank - shape.rank);
    return own < 0 ? 1 : shape.dim[own];
}

Shape broadcast_shape(const char *op, const Tensor *a, const Tensor *b)
{
    Shape shape = {.rank = a->shape.rank > b->shape.rank ? a->shape.rank : b->shape.rank};
    for (int axis = 0; axis < shape.rank; axis++) {
        size_t from_a = aligned_dim(a->shape, axis, shape.rank);
        size_t from_b = aligned_dim(b->shape, axis, shape.rank);
        if (from_a != from_b && from_a != 1 && from_b != 1)
            shape_mismatch(op, a, b, "shapes that are equal or 1 at every axis, from the last on");
        shape.dim[axis] = from_a == 1 ? from_b : from_a;
    }
    return shape;
}

/* Steps through `own` for each axis of `shape`: 0 where it stretches. */
static void stretched_steps(Shape own, Shape shape, size_t step[RANK_MAX])
{
    size_t stride = 1;
    for (int axis = RANK_MAX - 1; axis >= 0; axis--) {
        bool present = axis < shape.rank;
        size_t dim = present ? aligned_dim(own, axis, shape.rank) : 1;
        step[axis] = dim == 1 ? 0 : stride;
        stride *= dim;
    }
}

/* Adds elements of `full` into own ones (add), or copies own ones out into `full` (!add). */
static void places_visit(Shape own, Shape shape, real *own_data, real *full, bool add)
{
    size_t step[RANK_MAX], dim[RANK_MAX], i = 0;
    stretched_steps(own, shape, step);
    for (int axis = 0; axis < RANK_MAX; axis++)
        dim[axis] = axis < shape.rank ? shape.dim[axis] : 1;
    for (size_t a = 0; a < dim[0]; a++)
        for (size_t b = 0; b < dim[1]; b++)
            for (size_t c = 0; c < dim[2]; c++)
                for (size_t d = 0; d < dim[3]; d++, i++) {
                    real *element = own_data + a * step[0] + b * step[1] + c * step[2] + d * step[3];
                    if (add)
                        *element += full[i];
                    else
                        full[i] = *element;
                }
}

/* Stretched along leading axes only, as a bias is: `full` is rows of own's size. */
static bool is_suffix(Shape own, Shape shape)
{
    int offset = shape.rank - own.rank;
    for (int axis = 0; axis < own.rank; axis++)
        if (own.dim[axis] != shape.dim[axis + offset])
            return false;
    return true;
}

/* Rows of `size` elements, one after the other in `full`. */
typedef struct {
    const real *own;
    real *full;
    size_t size;
} Copies;

static void copy_rows(size_t begin, size_t end, void *context)
{
    const Copies *c = context;
    for (size_t row = begin; row < end; row++)
        memcpy(c->full + row * c->size, c->own, c->size * sizeof(real));
}

const real *broadcast_data(const Tensor *t, Shape shape)
{
    size_t size = shape_size(shape);
    if (t->size == size)
        return t->data;
    real *full = tape_alloc(size * sizeof *full);
    if (t->size > 0 && is_suffix(t->shape, shape))
        parallel_for(size / t->size, loop_grain(t->size), copy_rows,
                     &(Copies){t->data, full, t->size});
    else
        places_visit(t->shape, shape, t->data, full, false);
    return full;
}

typedef struct {
    const real *full;
    size_t rows, size; /* full is (rows, size) */
    GradWrite grad;    /* (size) */
} Sum;

/* Each element from the first row to the last, whichever thread does it. */
WIDE static void broadcast_sum_rows(size_t begin, size_t end, void *context)
{
    const Sum s = *(const Sum *)context;
    for (size_t i = begin; i < end; i++)
        grad_put(s.grad, i, s.full[i]);
    for (size_t row = 1; row < s.rows; row++)
        for (size_t i = begin; i < end; i++)
            s.grad.at[i] += s.full[row * s.size + i];
}

void broadcast_grad(Tensor *parent, const real *full, Shape shape)
{
    size_t size = shape_size(shape);
    if (size > 0 && is_suffix(parent->shape, shape)) {
        Sum sum = {full, size / parent->size, parent->size, grad_write(parent)};
        parallel_for(parent->size, loop_columns(sum.rows), broadcast_sum_rows, &sum);
        return;
    }
    real *copy = tape_alloc(size * sizeof *copy);
    memcpy(copy, full, size * sizeof *copy);
    places_visit(parent->shape, shape, grad_scatter(parent), copy, true);
}
