/* arena: memory that dies together, in one block. Chapter 05, "The arena".
 *
 * What to write: the three functions. The block is made and freed by whoever uses it. */
#include "base/base.h"

/* A block of memory of `size` bytes, handed out from its beginning; `used` of them are taken. */
typedef struct {
    unsigned char *bytes;
    size_t size, used;
} Block;

void *block_take(Block *block, size_t bytes); /* NULL where there is no room */
size_t block_mark(const Block *block);
void block_release(Block *block, size_t mark);

void *block_take(Block *block, size_t bytes)
{
    (void)block, (void)bytes;
    /* your code here */
    return NULL;
}

size_t block_mark(const Block *block)
{
    (void)block;
    /* your code here */
    return 0;
}

void block_release(Block *block, size_t mark)
{
    (void)block, (void)mark;
    /* your code here */
}
