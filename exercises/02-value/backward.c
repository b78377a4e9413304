/* Exercise 02-value/backward: the walk, in the place of lib/value/value_backward.c.
 *
 * Taught in chapter 02 under "backward: the order, and the adding up". Two places are yours:
 * walk_from, which finds an order, and the end of value_backward_from, which sweeps along it. The
 * rest is given. */
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

/* Writes down in walk->order what `output` was computed from, parents before children, each once,
 * and sets the grad of each to 0. Leaves, and what this walk has seen already, are not written
 * down. */
static void walk_from(Walk *walk, Value *output)
{
    if (output->backward == NULL || output->visit == walks)
        return;
    walk_push(walk, output);
    /* your code here: while the stack is not empty, look at the one on top */
    (void)parent_to_see; /* only keeps the compiler quiet; take it out */
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
    /* your code here: add each upstream number to its output's grad, then run the backwards of what
     * was written down, children before parents */
    (void)upstream; /* only keeps the compiler quiet; take it out */
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
