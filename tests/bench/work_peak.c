/* work_peak: the two numbers that everything else is held against, measured with the kernel in
 * use.
 *
 * A loop is cut into many pieces, so that a thread that wakes up late costs one piece and not
 * its half. The array that is read is 2 GiB: larger than any cache, and on huge pages where
 * there are. */
#include "work.h"

#include <string.h>

enum { PIECES = 64, TURNS = 100000, PIECE = 1 << 20 };
#define BYTES ((size_t)2 << 30)

static const PeakKernel *const kernels[] = {
#if defined(__x86_64__)
    &peak_kernel_avx512, &peak_kernel_avx2,
#elif defined(__aarch64__)
    &peak_kernel_neon,
#endif
    &peak_kernel_portable};

static const PeakKernel *kernel;
static Arena arena;
static real *array;
static real results[PIECES + BYTES / PIECE]; /* kept, so that no compiler drops the work */

static void choose(size_t threads)
{
    threads_set((int)threads);
    for (size_t i = 0; i < sizeof kernels / sizeof kernels[0]; i++)
        if (strcmp(kernels[i]->name, gemm_kernel_name()) == 0)
            kernel = kernels[i];
    require(kernel != NULL, "work_peak: no loops for the kernel %s", gemm_kernel_name());
}

double peak_prepare(const size_t *numbers)
{
    choose(numbers[0]);
    return (double)PIECES * TURNS * (double)kernel->flops;
}

static void multiply_add(size_t begin, size_t end, void *context)
{
    (void)context;
    for (size_t i = begin; i < end; i++)
        results[i] = kernel->multiply_add(TURNS, (real)0.5, (real)(i + 1));
}

void peak_run(void)
{
    parallel_for(PIECES, 1, multiply_add, NULL);
}

static void touch(size_t begin, size_t end, void *context)
{
    (void)context;
    for (size_t i = begin; i < end; i++)
        array[i] = (real)(i % 3);
}

double bandwidth_prepare(const size_t *numbers)
{
    choose(numbers[0]);
    array = arena_alloc(&arena, BYTES);
    parallel_for(BYTES / sizeof(real), PIECE / sizeof(real), touch, NULL);
    return (double)BYTES;
}

static void read_all(size_t begin, size_t end, void *context)
{
    (void)context;
    results[begin / (PIECE / sizeof(real))] = kernel->sum(array + begin, end - begin);
}

void bandwidth_run(void)
{
    parallel_for(BYTES / sizeof(real), PIECE / sizeof(real), read_all, NULL);
}
