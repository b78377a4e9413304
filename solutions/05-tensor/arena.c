/* arena: memory that dies together, in one block. Chapter 05, "The arena".
 *
 * A worked answer. */
#include "base/base.h"

/* A block of memory of `size` bytes, handed out from its beginning; `used` of them are taken. */
typedef struct {
    unsigned char *bytes;
    size_t size, used;
} Block;

void *block_take(Block *block, size_t bytes); /* NULL where there is no room */
size_t block_mark(const Block *block);
void block_release(Block *block, size_t mark);

enum { LINE = 64 };

/* Adding 63 before the division rounds up and leaves multiples of 64 as they are. Room is asked
 * for by what is left, for used + rounded may overflow where rounded is very large. */
void *block_take(Block *block, size_t bytes)
{
    size_t rounded = (bytes + LINE - 1) / LINE * LINE;
    if (rounded > block->size - block->used)
        return NULL;
    void *memory = block->bytes + block->used;
    block->used += rounded;
    return memory;
}

size_t block_mark(const Block *block)
{
    return block->used;
}

/* Nothing is visited and nothing freed: what lies behind the mark is simply not counted any
 * more. */
void block_release(Block *block, size_t mark)
{
    block->used = mark;
}
