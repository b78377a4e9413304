/* transpose: rows become columns, in the last two axes. Chapter 05, "One operation, whole".
 *
 * A worked answer. Exchanging two lengths gives the same numbers in the same order another
 * shape, and that is a reshape: of [[1,2,3],[4,5,6]] it makes [[1,2],[3,4],[5,6]]. The transpose
 * is [[1,4],[2,5], [3,6]]: its elements stand in another ORDER, and in memory that is row-major
 * without gaps another order is another array. So the result needs data of its own. */
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

/* Element (c, r) of the result is element (r, c) of x; so what (c, r) hears is for (r, c). */
static void transpose_backward(Tensor *out)
{
    Tensor *x = out->parents[0];
    Sizes s = sizes_of(x);
    GradWrite dx = grad_write(x);
    for (size_t m = 0; m < s.matrices; m++)
        for (size_t r = 0; r < s.rows; r++)
            for (size_t c = 0; c < s.columns; c++)
                grad_put(dx, (m * s.rows + r) * s.columns + c,
                         out->grad[(m * s.columns + c) * s.rows + r]);
}

Tensor *tensor_transpose(Tensor *x)
{
    Tensor *out = tensor_result("transpose", transposed_shape(x), transpose_backward, 1, &x);
    Sizes s = sizes_of(x);
    for (size_t m = 0; m < s.matrices; m++)
        for (size_t r = 0; r < s.rows; r++)
            for (size_t c = 0; c < s.columns; c++)
                out->data[(m * s.columns + c) * s.rows + r] =
                    x->data[(m * s.rows + r) * s.columns + c];
    return out;
}
