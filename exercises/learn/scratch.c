/* scratch: the arena behind scratch.h. A page and its formulas are made of some ten thousand small
 * texts; giving each an owner would hide what is done with them. */
#include "scratch.h"

#include <stdarg.h>

static Arena arena;

void *scratch_alloc(size_t bytes)
{
    return arena_alloc(&arena, bytes > 0 ? bytes : 1);
}

const char *scratch_format(const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int size = vsnprintf(NULL, 0, format, arguments) + 1;
    char *text = scratch_alloc((size_t)size);
    vsnprintf(text, (size_t)size, format, again);
    va_end(arguments);
    va_end(again);
    return text;
}

ArenaMark scratch_mark(void)
{
    return arena_mark(&arena);
}

void scratch_release(ArenaMark mark)
{
    arena_release(&arena, mark);
}
