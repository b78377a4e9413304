/* require: broken contracts inside the program, and memory that ran out.
 *
 * A contract that is broken (shapes that do not fit, an id out of range) is a mistake in the code
 * that called, so the program stops where it happened and abort() hands the place to a debugger.
 * Bad input never comes here: see error.c. */
#include "base/base.h"

#include <stdarg.h>
#include <stdlib.h>
#include <sys/mman.h>

enum { HUGE_PAGE = 2 << 20 };

static _Noreturn void stop(const char *format, va_list arguments)
{
    fflush(stdout);
    fputs("broken contract: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    abort();
}

void require(bool ok, const char *format, ...)
{
    if (ok)
        return;
    va_list arguments;
    va_start(arguments, format);
    stop(format, arguments);
}

_Noreturn void broken_contract(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    stop(format, arguments);
}

static void *checked(void *memory, size_t bytes)
{
    if (memory == NULL && bytes > 0)
        exit_with("out of memory: %zu bytes were asked for", bytes);
    return memory;
}

/* Large memory asks for huge pages, where the system has them: a page is then looked up once for two
 * megabytes instead of once for four kilobytes, and touched for the first time as seldom. It is a
 * wish: without it all is as before. */
static void *with_huge_pages(void *memory, size_t bytes)
{
#ifdef MADV_HUGEPAGE
    size_t past = (uintptr_t)memory % HUGE_PAGE, skip = past == 0 ? 0 : HUGE_PAGE - past;
    if (bytes >= skip + HUGE_PAGE)
        madvise((char *)memory + skip, (bytes - skip) / HUGE_PAGE * HUGE_PAGE, MADV_HUGEPAGE);
#else
    (void)bytes;
#endif
    return memory;
}

void *memory_alloc(size_t bytes)
{
    return with_huge_pages(checked(malloc(bytes), bytes), bytes);
}

void *memory_calloc(size_t count, size_t size)
{
    return with_huge_pages(checked(calloc(count, size), count * size), count * size);
}

void *memory_realloc(void *old, size_t bytes)
{
    return checked(realloc(old, bytes), bytes);
}

char *text_format(const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *text = memory_alloc((size_t)length + 1);
    vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    return text;
}
