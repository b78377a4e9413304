/* mul: y = a b, element by element, with broadcasting. Chapter 05, "Adding, or being the first".
 *
 * A bug hunt: this whole file is given, and somewhere in it is one bug. Products of two different
 * tensors pass. Of x times x the slope comes out as x, where 2x is right; but not always: where x's
 * gradient holds something already, what is added to it is right. Find it and mend it. */
#include "ops/ops.h"

/* A parent that was stretched hears the sum over what was repeated. */
static void give_stretched(Tensor *parent, const real *other, const Tensor *out)
{
    real *share = tape_alloc(out->size * sizeof *share);
    for (size_t i = 0; i < out->size; i++)
        share[i] = other[i] * out->grad[i];
    broadcast_grad(parent, share, out->shape);
}

/* Both parents are asked for their gradients once, before anything is written. */
static void mul_backward(Tensor *out)
{
    GradWrite grads[2] = {{0}};
    for (int k = 0; k < 2; k++) {
        Tensor *parent = out->parents[k];
        if (parent->wants_grad && parent->size == out->size)
            grads[k] = grad_write(parent);
    }
    for (int k = 1; k >= 0; k--) {
        Tensor *parent = out->parents[k];
        if (!parent->wants_grad)
            continue;
        const real *other = broadcast_data(out->parents[1 - k], out->shape);
        if (parent->size != out->size) {
            give_stretched(parent, other, out);
            continue;
        }
        for (size_t i = 0; i < out->size; i++)
            grad_put(grads[k], i, other[i] * out->grad[i]);
    }
}

Tensor *tensor_mul(Tensor *a, Tensor *b)
{
    Shape shape = broadcast_shape("tensor_mul", a, b);
    Tensor *out = tensor_result("mul", shape, mul_backward, 2, (Tensor *[]){a, b});
    const real *of_a = broadcast_data(a, shape), *of_b = broadcast_data(b, shape);
    for (size_t i = 0; i < out->size; i++)
        out->data[i] = of_a[i] * of_b[i];
    return out;
}
