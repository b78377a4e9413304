/* value: one number that remembers where it came from, and the pool such numbers live in.
 *
 * A training step makes thousands of Values that all die at its end, so a Value costs no malloc:
 * the pool takes a block of them from an arena and hands them out in a row. It promises that what
 * was made before a mark survives its release and nothing made after does. Chapter 02. */
#include "value/value.h"

enum { BLOCK = 256 }; /* Values taken from the arena at once */

static _Thread_local struct {
    Arena arena;
    Value *next, *end; /* what is left of the current block */
    size_t blocks;
} pool;

static void block_take(void)
{
    pool.next = arena_alloc(&pool.arena, BLOCK * sizeof *pool.next);
    pool.end = pool.next + BLOCK;
    pool.blocks++;
}

Value *value_make(real data, Value *a, Value *b, ValueBackward backward)
{
    if (pool.next == pool.end)
        block_take();
    Value *value = pool.next++;
    /* NaN: a gradient that nobody has computed is not a number, and must not pass for one. */
    *value = (Value){.data = data, .grad = NAN, .parents = {a, b}, .backward = backward};
    return value;
}

Value value_parameter(real data) { return (Value){.data = data, .grad = 0}; }

Value *value_leaf(real data)
{
    Value *leaf = value_make(data, NULL, NULL, NULL);
    leaf->grad = 0;
    return leaf;
}

ValueMark value_mark(void)
{
    ValueMark mark = {arena_mark(&pool.arena), pool.next, pool.end, pool.blocks};
    /* What follows starts a block of its own, so that the arena can take back all of it. */
    pool.next = pool.end = NULL;
    return mark;
}

void value_release(ValueMark mark)
{
    arena_release(&pool.arena, mark.arena);
    pool.next = mark.next;
    pool.end = mark.end;
    pool.blocks = mark.blocks;
}

Value **value_list(size_t count) { return arena_alloc(&pool.arena, count * sizeof(Value *)); }

size_t value_room(void) { return pool.blocks * BLOCK; }

size_t value_memory(void) { return arena_capacity(&pool.arena); }

void value_free_pool(void)
{
    arena_free(&pool.arena);
    pool.next = pool.end = NULL;
    pool.blocks = 0;
}
