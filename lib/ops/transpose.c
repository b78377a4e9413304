/* transpose: swaps the last two axes. Derived in chapter 07.
 *
 *   y_ji = x_ij: nothing is computed, elements move; the gradient moves back the way they came. */
#include "ops/ops.h"

static void transpose_backward(Tensor *out)
{
    Tensor *x = out->parents[0];
    size_t rows = tensor_dim(x, -2), columns = tensor_dim(x, -1), matrix = rows * columns;
    GradWrite dx = grad_write(x);
    for (size_t first = 0; first < x->size; first += matrix)
        for (size_t i = 0; i < rows; i++)
            for (size_t j = 0; j < columns; j++)
                grad_put(dx, first + i * columns + j, out->grad[first + j * rows + i]);
}

Tensor *tensor_transpose(Tensor *x)
{
    int rank = x->shape.rank;
    if (rank < 2)
        shape_mismatch("tensor_transpose", x, NULL, "at least two axes");
    size_t rows = tensor_dim(x, -2), columns = tensor_dim(x, -1), matrix = rows * columns;
    Shape shape = shape_with(shape_with(x->shape, rank - 2, columns), rank - 1, rows);
    Tensor *out = tensor_result("transpose", shape, transpose_backward, 1, &x);
    for (size_t first = 0; first < x->size; first += matrix)
        for (size_t i = 0; i < rows; i++)
            for (size_t j = 0; j < columns; j++)
                out->data[first + j * rows + i] = x->data[first + i * columns + j];
    return out;
}
