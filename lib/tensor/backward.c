/* backward: the walk from the end of the tape, and how gradients are written.
 *
 * Each node, when its turn comes, has its whole gradient: all its children stand later on the tape
 * and have added theirs. A node that no gradient reached is dead and is not run. The first write of
 * a gradient overwrites, later ones add; grad_write alone decides which, so no buffer needs zeroing
 * beforehand. Chapter 05. */
#include "tensor/tensor.h"

#include <string.h>

GradWrite grad_write(Tensor *parent)
{
    require(parent->wants_grad, "grad_write: this tensor wants no gradient");
    if (parent->grad == NULL)
        parent->grad = tape_alloc(parent->size * sizeof(real));
    GradWrite grad = {parent->grad, parent->has_grad};
    parent->has_grad = true;
    return grad;
}

real *grad_scatter(Tensor *parent)
{
    GradWrite grad = grad_write(parent);
    if (!grad.add)
        memset(grad.at, 0, parent->size * sizeof(real));
    return grad.at;
}

void tensor_zero_grad(Tensor *leaf)
{
    leaf->has_grad = false;
}

void tensor_retain_grad(Tensor *t)
{
    t->retain_grad = true;
}

/* Gradients of results left over from an earlier walk are not part of this one. Their buffers are let
 * go too: they may lie behind a mark that was released since. */
static void forget_results(Tensor *from)
{
    for (Tensor *node = from; node != NULL; node = node->previous) {
        node->has_grad = false;
        node->grad = NULL;
    }
}

void tensor_backward_from(Tensor *out, const real *gradient)
{
    require(out->wants_grad && out->op != NULL,
            "tensor_backward: expected a result made from a parameter while recording");
    profile_enter("walk", true);
    forget_results(out);
    GradWrite start = grad_write(out);
    memcpy(start.at, gradient, out->size * sizeof(real));
    for (Tensor *node = out; node != NULL; node = node->previous) {
        if (!node->has_grad)
            continue;
        profile_enter(node->op, true);
        node->backward(node);
        if (!node->retain_grad)
            node->has_grad = false;
    }
}

void tensor_backward(Tensor *loss)
{
    if (loss->size != 1)
        shape_mismatch("tensor_backward", loss, NULL, "a loss of one element");
    const real one = 1;
    tensor_backward_from(loss, &one);
}
