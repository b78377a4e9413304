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

/* Everything is counted in lines of 64 bytes: the whole ones in `bytes`, and one more if something is
 * left over. (bytes + 63) / 64 is the same for every size that makes sense; but a size_t begins again
 * at 0 behind its largest number, and then a request for nearly that many bytes would be one for
 * none. For the same reason room is asked for by what is left, never by used + the size. */
void *block_take(Block *block, size_t bytes)
{
    size_t lines = bytes / LINE + (bytes % LINE != 0);
    if (lines > (block->size - block->used) / LINE)
        return NULL;
    void *memory = block->bytes + block->used;
    block->used += lines * LINE;
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
