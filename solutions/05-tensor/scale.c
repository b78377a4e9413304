/* scale: y = c x for a constant c. Chapter 05, "One operation, whole".
 *
 * A worked answer. */
#include "ops/ops.h"

/* y_i = c x_i: element i of y moves c times as far as element i of x, and no other element of x
 * moves it. So one loop, each element for itself. The constant gets no gradient: nobody asked
 * for it. */
static void scale_backward(Tensor *out)
{
    Tensor *x = out->parents[0];
    const real by = *(const real *)out->saved;
    GradWrite dx = grad_write(x);
    for (size_t i = 0; i < x->size; i++)
        grad_put(dx, i, by * out->grad[i]);
}

/* c has to outlive this call, until backward comes by; a local variable would be gone. Memory of
 * the tape lives as long as the result does. */
Tensor *tensor_scale(Tensor *x, real by)
{
    Tensor *out = tensor_result("scale", x->shape, scale_backward, 1, &x);
    real *saved = tape_alloc(sizeof *saved);
    *saved = by;
    out->saved = saved;
    for (size_t i = 0; i < x->size; i++)
        out->data[i] = by * x->data[i];
    return out;
}
