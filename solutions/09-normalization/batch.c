/* Exercise 09-normalization/batch: normalisation down the columns. Its header is
 * exercises/09-normalization/batch.h.
 *
 * A worked answer. The derivation of layer norm nowhere asks along which axis the numbers lie that
 * share a mean: it speaks of so many numbers. So the formula is the same, with the sums over the
 * rows n of one column c; element (n, c) stands at n C + c. */
#include "batch.h"

static void batch_norm_backward(Tensor *out)
{
    Tensor *x = out->parents[0];
    const real *inverse = out->saved, *y = out->data, *dy = out->grad; /* y is n of the formula */
    size_t rows = x->shape.dim[0], width = x->shape.dim[1];
    GradWrite dx = grad_write(x);
    for (size_t c = 0; c < width; c++) {
        real mean_dy = 0, mean_dyy = 0;
        for (size_t n = 0; n < rows; n++) {
            mean_dy += dy[n * width + c] / (real)rows;
            mean_dyy += dy[n * width + c] * y[n * width + c] / (real)rows;
        }
        for (size_t n = 0; n < rows; n++) {
            size_t at = n * width + c;
            grad_put(dx, at, inverse[c] * (dy[at] - mean_dy - y[at] * mean_dyy));
        }
    }
}

Tensor *tensor_batch_norm(Tensor *x, real epsilon)
{
    if (x->shape.rank != 2)
        shape_mismatch("tensor_batch_norm", x, NULL, "x (N,C)");
    Tensor *out = tensor_result("batch_norm", x->shape, batch_norm_backward, 1, &x);
    size_t rows = x->shape.dim[0], width = x->shape.dim[1];
    real *inverse = tape_alloc(width * sizeof *inverse);
    out->saved = inverse;
    for (size_t c = 0; c < width; c++) {
        real mean = 0, variance = 0;
        for (size_t n = 0; n < rows; n++)
            mean += x->data[n * width + c] / (real)rows;
        for (size_t n = 0; n < rows; n++) {
            real deviation = x->data[n * width + c] - mean;
            variance += deviation * deviation / (real)rows;
        }
        inverse[c] = 1 / sqrt(variance + epsilon);
        for (size_t n = 0; n < rows; n++)
            out->data[n * width + c] = (x->data[n * width + c] - mean) * inverse[c];
    }
    return out;
}
