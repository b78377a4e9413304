/* backward: the walk from the end of the tape, and how gradients are written. Chapter 05, "The
 * tape" and "Adding, or being the first".
 *
 * What to write: the walk, in tensor_backward_since, near the end of this file. All the rest is
 * given; of it you need grad_write and grad_put, run and let_go, and a node's fields previous,
 * has_grad and retain_grad. */
#include "tensor/tensor.h"

#include <string.h>

/* ---- buffers to be used again ------------------------------------------------------------------
 * Those that this walk has no more use for, in a list that is kept in the buffers themselves: the
 * arena never hands out less than a Spare takes. They die with the mark under which the walk runs,
 * so the list dies with the walk. */
typedef struct Spare Spare;
struct Spare {
    Spare *next;
    size_t size; /* elements */
};

static _Thread_local Spare *spares = NULL;

static real *buffer_take(size_t size)
{
    for (Spare **at = &spares; *at != NULL; at = &(*at)->next)
        if ((*at)->size == size) {
            void *found = *at;
            *at = (*at)->next;
            arena_poison(found, sizeof(Spare));
            return found;
        }
    return tape_alloc(size * sizeof(real));
}

/* The gradient of a result is done with. */
static void buffer_give_back(Tensor *node)
{
    void *buffer = node->grad;
    size_t size = node->size;
    node->grad = NULL;
    if (buffer == NULL || size == 0)
        return;
    arena_poison(buffer, size * sizeof(real));
    Spare *spare = buffer;
    *spare = (Spare){spares, size};
    spares = spare;
}

/* ---- writing a gradient ---- */
GradWrite grad_write(Tensor *parent)
{
    require(parent->wants_grad, "grad_write: this tensor wants no gradient");
    if (parent->grad == NULL)
        parent->grad = buffer_take(parent->size);
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

void grad_pass(Tensor *parent, Tensor *out)
{
    if (parent->op != NULL && parent->grad == NULL && !out->retain_grad) {
        parent->grad = out->grad;
        parent->has_grad = true;
        out->grad = NULL;
        return;
    }
    GradWrite grad = grad_write(parent);
    for (size_t i = 0; i < parent->size; i++)
        grad_put(grad, i, out->grad[i]);
}

void tensor_zero_grad(Tensor *leaf)
{
    leaf->has_grad = false;
}

void tensor_retain_grad(Tensor *t)
{
    t->retain_grad = true;
}

void grad_lend(Tensor *leaf, Tensor *t)
{
    if (t->grad == NULL)
        t->grad = buffer_take(t->size);
    leaf->wants_grad = true;
    leaf->grad = t->grad;
    leaf->has_grad = t->has_grad;
}

/* ---- the walk ---- */
/* Gradients of results left over from an earlier walk are not part of this one. Their buffers
 * are let go too: they may lie behind a mark that was released since. */
static void forget_results(Tensor *from, const Tensor *end)
{
    for (Tensor *node = from; node != end; node = node->previous) {
        node->has_grad = false;
        node->grad = NULL;
    }
}

/* A node's turn: its backward adds into its parents' gradients. */
static void run(Tensor *node)
{
    profile_enter(node->op, true);
    node->backward(node);
}

/* The gradient of a result is done with; its buffer serves the next one. */
static void let_go(Tensor *node)
{
    node->has_grad = false;
    buffer_give_back(node);
}

void tensor_backward_since(TapeMark begin, Tensor *out, const real *gradient)
{
    require(out->wants_grad && out->op != NULL,
            "tensor_backward: expected a result made from a parameter while recording");
    profile_enter("walk", true);
    Spare *of_the_walk_around = spares; /* a backward may walk along a tape of its own */
    spares = NULL;
    forget_results(out, begin.last);
    (void)gradient, (void)run, (void)let_go;
    /* your code here */
    spares = of_the_walk_around;
}

void tensor_backward_from(Tensor *out, const real *gradient)
{
    tensor_backward_since((TapeMark){.last = NULL}, out, gradient);
}

void tensor_backward(Tensor *loss)
{
    if (loss->size != 1)
        shape_mismatch("tensor_backward", loss, NULL, "a loss of one element");
    const real one = 1;
    tensor_backward_from(loss, &one);
}
