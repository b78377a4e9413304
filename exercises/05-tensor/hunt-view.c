/* transpose: rows become columns, in the last two axes. Chapter 05, "One operation, whole".
 *
 * A bug hunt: this whole file is given, and it rests on one mistake. The shape of the result is
 * right, and so are the numbers of a matrix with one row, or with one column. Find what is wrong
 * and mend it, forwards and backwards. */
#include "ops/ops.h"

/* How many matrices, and their rows and columns. */
typedef struct {
    size_t matrices, rows, columns;
} Sizes;

static Sizes sizes_of(const Tensor *x)
{
    int rank = x->shape.rank;
    return (Sizes){shape_product(x->shape, 0, rank - 2), x->shape.dim[rank - 2],
                   x->shape.dim[rank - 1]};
}

static Shape transposed_shape(const Tensor *x)
{
    if (x->shape.rank < 2)
        shape_mismatch("tensor_transpose", x, NULL, "at least two axes");
    Shape shape = x->shape;
    shape.dim[shape.rank - 2] = x->shape.dim[shape.rank - 1];
    shape.dim[shape.rank - 1] = x->shape.dim[shape.rank - 2];
    return shape;
}

/* The same elements under another shape: each gradient goes back where its element came from. */
static void transpose_backward(Tensor *out)
{
    GradWrite dx = grad_write(out->parents[0]);
    for (size_t i = 0; i < out->size; i++)
        grad_put(dx, i, out->grad[i]);
}

/* No element changes, only the lengths of two axes are exchanged: so the result may share x's
 * data. */
Tensor *tensor_transpose(Tensor *x)
{
    (void)sizes_of; /* which may be of use */
    return tensor_view("transpose", x, transposed_shape(x), transpose_backward);
}
