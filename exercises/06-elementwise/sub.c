/* sub: y = a - b, element by element, with broadcasting. Chapter 06, "sub".
 *
 * What to write: the loop that fills out->data, and the backward. The result's shape is found, and
 * both operands are there in that shape. */
#include "ops/ops.h"

static void sub_backward(Tensor *out)
{
    (void)out; /* only keeps the compiler quiet; take it out */
    /* your code here */
}

Tensor *tensor_sub(Tensor *a, Tensor *b)
{
    Shape shape = broadcast_shape("tensor_sub", a, b);
    Tensor *out = tensor_result("sub", shape, sub_backward, 2, (Tensor *[]){a, b});
    const real *of_a = broadcast_data(a, shape), *of_b = broadcast_data(b, shape);
    (void)of_a; /* these two lines only keep the compiler quiet */
    (void)of_b;
    for (size_t i = 0; i < out->size; i++)
        out->data[i] = NAN; /* your code here */
    return out;
}
