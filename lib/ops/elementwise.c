/* elementwise: runs an op's loops over elements, in pieces that the threads share. Each element is
 * written by one piece, so the result does not depend on the number of threads. Chapter 06. */
#include "ops/elementwise.h"
#include "base/vector.h"

typedef struct {
    Elements elements;
    ElementLoop loop;
} Run;

static void run_piece(size_t begin, size_t end, void *context)
{
    const Run *run = context;
    run->loop(run->elements, begin, end);
}

/* What a loop over `out` sees when parent k is x. */
static Elements elements_of(const Tensor *out, int k)
{
    Elements e = {.y = out->data, .dy = out->grad, .saved = out->saved,
                  .x = broadcast_data(out->parents[k], out->shape)};
    if (out->n_parents == 2)
        e.other = broadcast_data(out->parents[1 - k], out->shape);
    return e;
}

Tensor *elementwise(Tensor *out, ElementLoop values)
{
    Run run = {elements_of(out, 0), values};
    parallel_for(out->size, loop_grain(1), run_piece, &run);
    return out;
}

void elementwise_backward(Tensor *out, int k, ElementLoop gradients)
{
    Tensor *parent = out->parents[k];
    if (!parent->wants_grad)
        return;
    Run run = {elements_of(out, k), gradients};
    bool stretched = parent->size != out->size;
    run.elements.dx = stretched ? (GradWrite){tape_alloc(out->size * sizeof(real)), false}
                                : grad_write(parent);
    parallel_for(out->size, loop_grain(1), run_piece, &run);
    if (stretched)
        broadcast_grad(parent, run.elements.dx.at, out->shape);
}
