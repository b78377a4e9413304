/* peak: what this machine can do at most with the kernel in use: multiply-adds a second, bytes a
 * second. Speeds are held against these two, which are measured in the same run (chapter 21).
 *
 * Both loops are cut into many pieces, so that a thread that wakes up late costs one piece and not
 * its half. Both give a number that the caller may look at, so that no compiler drops the work. */
#include "base/peak_kernel.h"

#include <stdlib.h>
#include <string.h>

enum { PIECES = 64, TURNS = 100000, PIECE = (1 << 20) / (int)sizeof(real) };

static const PeakKernel *kernel_in_use(void)
{
    static const PeakKernel *const kernels[] = {
#if defined(__x86_64__)
        &peak_kernel_avx512, &peak_kernel_avx2,
#elif defined(__aarch64__)
        &peak_kernel_neon,
#endif
        &peak_kernel_portable};
    for (size_t i = 0; i < sizeof kernels / sizeof kernels[0]; i++)
        if (strcmp(kernels[i]->name, gemm_kernel_name()) == 0)
            return kernels[i];
    broken_contract("peak: no loops for the kernel %s", gemm_kernel_name());
}

typedef struct {
    const PeakKernel *kernel;
    const real *x;
    real *sums; /* one a piece */
} Pieces;

static real added_up(const real *sums, size_t count)
{
    real total = 0;
    for (size_t i = 0; i < count; i++)
        total += sums[i];
    return total;
}

/* s = s / 2 + t, over and over, ends at 2t: so the sum is known beforehand. */
static void multiply_add(size_t begin, size_t end, void *context)
{
    const Pieces *p = context;
    for (size_t i = begin; i < end; i++)
        p->sums[i] = p->kernel->multiply_add(TURNS, (real)0.5, (real)(i + 1));
}

double peak_arithmetic(real *sum)
{
    real sums[PIECES];
    Pieces pieces = {.kernel = kernel_in_use(), .sums = sums};
    parallel_for(PIECES, 1, multiply_add, &pieces);
    *sum = added_up(sums, PIECES);
    return (double)PIECES * TURNS * (double)pieces.kernel->flops;
}

static void read_piece(size_t begin, size_t end, void *context)
{
    const Pieces *p = context;
    p->sums[begin / PIECE] = p->kernel->sum(p->x + begin, end - begin);
}

real peak_read(const real *x, size_t count)
{
    require(count % PEAK_MULTIPLE == 0, "peak_read: expected a multiple of %d numbers, found %zu",
            PEAK_MULTIPLE, count);
    size_t pieces_count = (count + PIECE - 1) / PIECE;
    Pieces pieces = {kernel_in_use(), x, memory_calloc(pieces_count + 1, sizeof(real))};
    parallel_for(count, PIECE, read_piece, &pieces);
    real total = added_up(pieces.sums, pieces_count);
    free(pieces.sums);
    return total;
}
