/* div: y = a / b, element by element, with broadcasting. Chapter 06, "div".
 *
 * What to write: the whole file but for what stands here. broadcast_shape, tensor_result and
 * broadcast_data are used as in your sub. */
#include "ops/ops.h"

static void div_backward(Tensor *out)
{
    (void)out; /* only keeps the compiler quiet; take it out */
    /* your code here */
}

Tensor *tensor_div(Tensor *a, Tensor *b)
{
    Shape shape = broadcast_shape("tensor_div", a, b);
    Tensor *out = tensor_result("div", shape, div_backward, 2, (Tensor *[]){a, b});
    for (size_t i = 0; i < out->size; i++)
        out->data[i] = NAN; /* your code here */
    return out;
}
