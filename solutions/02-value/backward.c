/* A worked answer to 02-value/backward: the walk that finds an order, and the sweep along it.
 *
 * A Value may pass its gradient on when all who use it have given their shares. So the sweep needs
 * children before parents. The walk writes the opposite, parents before children, because that is
 * what falls out by itself: whoever has no parents left to see is done. The sweep then goes from
 * the end. */
#include "value/value.h"

/* How many walks this thread has begun. A Value's `visit` says in which it was seen last. */
static _Thread_local uint64_t walks;

typedef struct {
    Value **order; /* finished: parents before children */
    Value **stack; /* the path from an output down to where the walk stands */
    size_t finished, depth, room;
} Walk;

/* A parent that must come first and has not been seen in this walk; NULL if there is none. */
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
    require(walk->finished + walk->depth < walk->room,
            "value_backward: more than the %zu Values there are: one was entered twice",
            walk->room);
    value->visit = walks;
    walk->stack[walk->depth++] = value;
}

static void walk_from(Walk *walk, Value *output)
{
    /* A leaf has nothing to pass on; and an earlier output's walk may have come by here. */
    if (output->backward == NULL || output->visit == walks)
        return;
    walk_push(walk, output);
    while (walk->depth > 0) {
        Value *value = walk->stack[walk->depth - 1];
        Value *parent = parent_to_see(value);
        if (parent != NULL) {
            /* Deeper first. This Value stays on the stack and is asked again when we come back. */
            walk_push(walk, parent);
            continue;
        }
        walk->depth--;
        value->grad = 0;
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
    /* Only now: the walk has set the interior gradients to 0. Added, because an output may be a
     * leaf that holds something, may stand in the list twice, or be used by another output. */
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
