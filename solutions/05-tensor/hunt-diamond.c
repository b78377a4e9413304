/* mul: y = a b, element by element, with broadcasting. Chapter 05, "Adding, or being the first".
 *
 * A worked answer. grad_write decides at the moment when it is called whether the pass that
 * follows is the first or adds, and takes it that the pass follows at once. The file asked for
 * both parents before it wrote to either. For x x the first answer was "nothing there yet:
 * store", and it was used last, so that it stored over the other share. Asked right before its
 * own pass, each answer is true. */
#include "ops/ops.h"

/* A parent that was stretched hears the sum over what was repeated. */
static void give_stretched(Tensor *parent, const real *other, const Tensor *out)
{
    real *share = tape_alloc(out->size * sizeof *share);
    for (size_t i = 0; i < out->size; i++)
        share[i] = other[i] * out->grad[i];
    broadcast_grad(parent, share, out->shape);
}

static void mul_backward(Tensor *out)
{
    for (int k = 0; k < 2; k++) {
        Tensor *parent = out->parents[k];
        if (!parent->wants_grad)
            continue;
        const real *other = broadcast_data(out->parents[1 - k], out->shape);
        if (parent->size != out->size) {
            give_stretched(parent, other, out);
            continue;
        }
        GradWrite grad = grad_write(parent);
        for (size_t i = 0; i < out->size; i++)
            grad_put(grad, i, other[i] * out->grad[i]);
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
