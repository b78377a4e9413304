/* work_peak: the numbers that everything else is held against, measured with the kernel in use: by
 * lib/base/peak.c the most that registers can do, and reading. The array that is read is 2 GiB:
 * larger than any cache, and on huge pages where there are.
 * Between the two stands gemm's own tile on panels that never leave the nearest caches: what a
 * product could reach if nothing had to be packed, fetched or waited for. */
#include "base/gemm_kernel.h"
#include "work.h"

enum { PIECE = 1 << 18, TILE_K = 256, TILE_TURNS = 1000, TILE_PIECES = 64 };
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

static void run_tiles(size_t begin, size_t end, void *context)
{
    const GemmKernel *kernel = gemm_kernel();
    real a[GEMM_ROWS_MAX * TILE_K], b[TILE_K * GEMM_COLUMNS_MAX];
    real c[GEMM_ROWS_MAX * GEMM_COLUMNS_MAX], *sums = context;
    for (int i = 0; i < GEMM_ROWS_MAX * TILE_K; i++)
        a[i] = (real)(i % 7) / 7;
    for (int i = 0; i < TILE_K * GEMM_COLUMNS_MAX; i++)
        b[i] = (real)(i % 5) / 5;
    for (size_t piece = begin; piece < end; piece++) {
        for (int turn = 0; turn < TILE_TURNS; turn++)
            kernel->tile[kernel->vectors - 1](TILE_K, 1, a, 1, kernel->rows, b, NULL, 0, c,
                                              kernel->vectors * kernel->lanes);
        sums[piece] = c[piece % kernel->rows];
    }
}

double tile_prepare(const size_t *numbers)
{
    const GemmKernel *kernel = gemm_kernel();
    threads_set((int)numbers[0]);
    return 2.0 * TILE_K * TILE_TURNS * TILE_PIECES *
           (double)(kernel->rows * kernel->vectors * kernel->lanes);
}

void tile_run(void)
{
    real sums[TILE_PIECES];
    parallel_for(TILE_PIECES, 1, run_tiles, sums);
    result = sums[0];
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
