/* value_backward: the derivative of one number with respect to every number it was computed from.
 *
 * A Value may pass its gradient on only when all who use it have added their share, so the graph is
 * walked in reverse topological order: each Value after everything computed from it. The order is
 * found by a depth-first walk along the parents whose stack is an array, not the C stack: a chain
 * of a million Values needs eight megabytes here and would overflow a recursion. One walk costs
 * time in proportion to the Values it reaches, and keeps no memory. Taught in chapter 02. */
#include "value/value.h"

/* How many walks this thread has begun. A Value's `visit` says in which it was seen last. */
static _Thread_local uint64_t walks;

typedef struct {
    Value **order; /* finished: parents before children */
    Value **stack; /* the path from an output down to where the walk stands */
    size_t finished, depth, room;
} Walk;

/* A parent that must come first and has not been seen in this walk. Leaves have nothing to pass on
 * and stay out of the order. */
static Value *parent_to_see(const Value *value)
{
    for (int i = 0; i < 2; i++) {
        Value *parent = value->parents[i];
        if (parent != NULL && parent->backward != NULL && parent->visit != walks)
            return parent;
    }
    return NULL;
}

static void walk_push(Walk *walk, Value *value)
{
    if (walk->finished + walk->depth == walk->room)
        broken_contract("value_backward: expected at most %zu Values, as many as this thread made; "
                        "found more: part of the graph was made by another thread",
                        walk->room);
    value->visit = walks;
    walk->stack[walk->depth++] = value;
}

static void walk_from(Walk *walk, Value *output)
{
    if (output->backward == NULL || output->visit == walks)
        return;
    walk_push(walk, output);
    while (walk->depth > 0) {
        Value *value = walk->stack[walk->depth - 1];
        Value *parent = parent_to_see(value);
        if (parent != NULL) {
            walk_push(walk, parent);
            continue;
        }
        walk->depth--;
        value->grad = 0; /* whatever an earlier backward left is no part of this one */
        walk->order[walk->finished++] = value;
    }
}

void value_backward_from(Value *const *outputs, const real *upstream, size_t count)
{
    ValueMark mark = value_mark();
    Walk walk = {.room = value_room()};
    walk.order = value_list(walk.room);
    walk.stack = value_list(walk.room);
    walks++;
    for (size_t i = 0; i < count; i++)
        walk_from(&walk, outputs[i]);
    for (size_t i = 0; i < count; i++)
        outputs[i]->grad += upstream[i];
    for (size_t i = walk.finished; i-- > 0;)
        walk.order[i]->backward(walk.order[i]);
    value_release(mark);
}

void value_backward(Value *output)
{
    const real one = 1;
    value_backward_from(&output, &one, 1);
}

void value_zero_grad(Value *leaves, size_t count)
{
    for (size_t i = 0; i < count; i++)
        leaves[i].grad = 0;
}
