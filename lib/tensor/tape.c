/* tape: the Wengert list of this thread.
 *
 * Operations append their results in the order in which they ran. A parent always stands before its
 * children, so the order is topological and nobody has to sort. Everything on the tape lives in one
 * arena: a mark remembers how far it was used, a release goes back there. Chapter 05. */
#include "tensor/tensor.h"

static _Thread_local struct {
    Arena arena;
    Tensor *last; /* the newest node */
    bool no_grad;
} tape;

TapeMark tape_mark(void)
{
    return (TapeMark){arena_mark(&tape.arena), tape.last};
}

void tape_release(TapeMark mark)
{
    arena_release(&tape.arena, mark.arena);
    tape.last = mark.last;
}

void *tape_alloc(size_t bytes)
{
    return arena_alloc(&tape.arena, bytes);
}

bool tape_set_recording(bool on)
{
    bool before = !tape.no_grad;
    tape.no_grad = !on;
    return before;
}

bool tape_recording(void)
{
    return !tape.no_grad;
}

size_t tape_length(void)
{
    return tape.last == NULL ? 0 : tape.last->place;
}

size_t tape_capacity(void)
{
    return arena_capacity(&tape.arena);
}

size_t tape_used(void)
{
    return arena_used(&tape.arena);
}

size_t tape_peak(void)
{
    return arena_peak(&tape.arena);
}

void tape_free(void)
{
    arena_free(&tape.arena);
    tape.last = NULL;
}

void tape_append(Tensor *out)
{
    out->wants_grad = true;
    out->place = tape_length() + 1;
    out->previous = tape.last;
    tape.last = out;
}

/* Names the parents, and appends the node when a gradient is wanted. */
static Tensor *record(Tensor *out, const char *op, Backward backward, int n,
                      Tensor *const *parents)
{
    profile_enter(op, false);
    out->op = op;
    out->backward = backward;
    out->n_parents = n;
    out->parents = tape_alloc((size_t)n * sizeof *out->parents);
    bool wanted = false;
    for (int i = 0; i < n; i++) {
        out->parents[i] = parents[i];
        wanted = wanted || parents[i]->wants_grad;
    }
    if (wanted && !tape.no_grad)
        tape_append(out);
    return out;
}

Tensor *tensor_result(const char *op, Shape shape, Backward backward, int n,
                      Tensor *const *parents)
{
    return record(tensor_new(shape), op, backward, n, parents);
}

Tensor *tensor_view(const char *op, Tensor *parent, Shape shape, Backward backward)
{
    Tensor *out = tape_alloc(sizeof *out);
    *out = (Tensor){.shape = shape, .size = parent->size, .data = parent->data};
    return record(out, op, backward, 1, &parent);
}
