/* work_peak: the two numbers that everything else is held against, measured with the kernel in use
 * by lib/base/peak.c. The array that is read is 2 GiB: larger than any cache, and on huge pages
 * where there are. */
#include "work.h"

enum { PIECE = 1 << 18 };
#define BYTES ((size_t)2 << 30)

static Arena arena;
static real *array;
static volatile real result; /* kept, so that no compiler drops the work */

double peak_prepare(const size_t *numbers)
{
    real sum;
    threads_set((int)numbers[0]);
    return peak_arithmetic(&sum);
}

void peak_run(void)
{
    real sum;
    peak_arithmetic(&sum);
    result = sum;
}

static void touch(size_t begin, size_t end, void *context)
{
    (void)context;
    for (size_t i = begin; i < end; i++)
        array[i] = (real)(i % 3);
}

double bandwidth_prepare(const size_t *numbers)
{
    threads_set((int)numbers[0]);
    array = arena_alloc(&arena, BYTES);
    parallel_for(BYTES / sizeof(real), PIECE, touch, NULL);
    return (double)BYTES;
}

void bandwidth_run(void)
{
    result = peak_read(array, BYTES / sizeof(real));
}
