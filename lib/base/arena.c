/* arena: memory that dies together.
 *
 * A training step makes thousands of small things that all die at its end. The arena hands them out
 * by moving one number forward, in chunks that are kept and reused: memory at step 1000 equals
 * memory at step 2. What is larger than a usual chunk gets one of its own size. Chapters 05, 20. */
#include "base/base.h"

#include <stdlib.h>
#include <string.h>

enum { ALIGNMENT = 64, FIRST_CHUNK = 1 << 20, LARGEST_CHUNK = 64 << 20, HUGE_PAGE = 2 << 20 };

struct ArenaChunk {
    ArenaChunk *next;
    unsigned char *bytes; /* aligned; `memory` is what malloc gave */
    void *memory;
    size_t size, used;
    size_t below; /* used in the chunks before it */
};

static bool poison_on = false;

void arena_set_poison(bool on)
{
    poison_on = on;
}

/* All bits set is a NaN, as a float and as a double. */
void arena_poison(void *bytes, size_t size)
{
    if (poison_on && size > 0)
        memset(bytes, 0xff, size);
}

/* Large chunks begin where a huge page does: memory_alloc has asked for those that lie within. */
static ArenaChunk *chunk_make(size_t size)
{
    ArenaChunk *chunk = memory_alloc(sizeof *chunk);
    size_t alignment = size >= HUGE_PAGE ? HUGE_PAGE : ALIGNMENT;
    void *memory = memory_alloc(size + alignment);
    size_t past = (uintptr_t)memory % alignment;
    *chunk = (ArenaChunk){.bytes = (unsigned char *)memory + (past == 0 ? 0 : alignment - past),
                          .memory = memory,
                          .size = size};
    return chunk;
}

/* Takes the smallest of the chunks from `*from` on that is large enough out of the list; NULL when
 * there is none. */
static ArenaChunk *take_fitting(ArenaChunk **from, size_t bytes)
{
    ArenaChunk **best = NULL;
    for (ArenaChunk **at = from; *at != NULL; at = &(*at)->next)
        if ((*at)->size >= bytes && (best == NULL || (*at)->size < (*best)->size))
            best = at;
    if (best == NULL)
        return NULL;
    ArenaChunk *taken = *best;
    *best = taken->next;
    return taken;
}

/* Usual chunks double up to a limit; what is larger than the next of them gets one of its own size, and
 * the rest of a chunk that nobody needs is not taken from the system: it is never touched. */
static size_t size_of_next(Arena *arena, size_t bytes)
{
    size_t size = arena->usual == 0 ? FIRST_CHUNK : 2 * arena->usual;
    size = size > LARGEST_CHUNK ? LARGEST_CHUNK : size;
    if (bytes > size)
        return bytes;
    arena->usual = size;
    return size;
}

/* Moves on to a chunk that is large enough: one of those behind the current chunk, which are empty,
 * or a new one. It is put right behind the current one, so that none is passed over. */
static void grow(Arena *arena, size_t bytes)
{
    ArenaChunk *last = arena->current;
    ArenaChunk **next = last == NULL ? &arena->first : &last->next;
    ArenaChunk *chunk = take_fitting(next, bytes);
    if (chunk == NULL)
        chunk = chunk_make(size_of_next(arena, bytes));
    chunk->next = *next;
    *next = chunk;
    chunk->used = 0;
    chunk->below = last == NULL ? 0 : last->below + last->used;
    arena->current = chunk;
}

void *arena_alloc(Arena *arena, size_t bytes)
{
    require(bytes <= SIZE_MAX / 4, "arena_alloc: %zu bytes is more than any machine has", bytes);
    bytes = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (arena->current == NULL || arena->current->size - arena->current->used < bytes)
        grow(arena, bytes);
    ArenaChunk *chunk = arena->current;
    void *memory = chunk->bytes + chunk->used;
    chunk->used += bytes;
    arena_poison(memory, bytes);
    size_t used = chunk->below + chunk->used;
    arena->peak = used > arena->peak ? used : arena->peak;
    return memory;
}

ArenaMark arena_mark(const Arena *arena)
{
    return (ArenaMark){arena->current, arena->current == NULL ? 0 : arena->current->used};
}

void arena_release(Arena *arena, ArenaMark mark)
{
    ArenaChunk *chunk = mark.chunk == NULL ? arena->first : mark.chunk;
    if (chunk == NULL)
        return;
    require(mark.used <= chunk->used, "arena_release: the mark was released before");
    size_t keep = mark.used;
    for (ArenaChunk *c = chunk; c != NULL; c = c->next) {
        if (c->used > keep)
            arena_poison(c->bytes + keep, c->used - keep);
        c->used = keep;
        keep = 0;
    }
    arena->current = chunk;
}

size_t arena_capacity(const Arena *arena)
{
    size_t bytes = 0;
    for (const ArenaChunk *c = arena->first; c != NULL; c = c->next)
        bytes += c->size;
    return bytes;
}

size_t arena_used(const Arena *arena)
{
    return arena->current == NULL ? 0 : arena->current->below + arena->current->used;
}

size_t arena_peak(const Arena *arena)
{
    return arena->peak;
}

void arena_free(Arena *arena)
{
    for (ArenaChunk *chunk = arena->first; chunk != NULL;) {
        ArenaChunk *next = chunk->next;
        free(chunk->memory);
        free(chunk);
        chunk = next;
    }
    *arena = (Arena){0};
}
