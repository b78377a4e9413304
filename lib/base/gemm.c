/* gemm: C = alpha op(A) op(B), packed and blocked, on all threads.
 *
 * The triple loop of chapter 07 reads each element of B once for every row of A. Here blocks of A
 * and B are first copied ("packed") into panels in the order in which the inner tile reads them, so
 * that the tile runs on data that is close and contiguous. Transposes cost nothing more: they are
 * undone while packing. Panels at the edge are filled with zeros, so that there is one tile only.
 * The rungs from the triple loop to here are chapter 21; the tile is gemm_kernel.c. */
#include "base/gemm_kernel.h"

#include <stdlib.h>
#include <string.h>

/* Blocks: K_BLOCK x one panel of B stays in the first cache, an M_BLOCK of A panels in the second.
 * They bound the packed buffers too: N_BLOCK * K_BLOCK and M_BLOCK * K_BLOCK elements. */
enum { K_BLOCK = 256, M_BLOCK = 3072, N_BLOCK = 6144, GROUP_M = 12, GROUP_N = 4 };

static bool processor_has(const GemmKernel *kernel)
{
#if defined(__x86_64__)
    if (kernel == &gemm_kernel_avx512)
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
               __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("fma");
    if (kernel == &gemm_kernel_avx2)
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#endif
    return kernel == &gemm_kernel_portable;
}

static const GemmKernel *const kernels[] = {
#if defined(__x86_64__)
    &gemm_kernel_avx512, &gemm_kernel_avx2,
#endif
    &gemm_kernel_portable};
enum { KERNELS = sizeof kernels / sizeof kernels[0] };

/* The kernel that WENGERT_CPU names, or the widest; NULL when that name is not to be had. */
static const GemmKernel *choose(void)
{
    const char *wanted = getenv("WENGERT_CPU");
    bool any = wanted == NULL || *wanted == '\0';
    for (size_t i = 0; i < KERNELS; i++)
        if ((any || strcmp(wanted, kernels[i]->name) == 0) && processor_has(kernels[i]))
            return kernels[i];
    return NULL;
}

Error gemm_check_environment(void)
{
    if (choose() == NULL)
        return error_make("WENGERT_CPU: expected portable, or avx2 or avx512 on a processor that "
                          "has them, found \"%s\"", getenv("WENGERT_CPU"));
    return no_error();
}

static const GemmKernel *kernel_in_use(void)
{
    static const GemmKernel *chosen = NULL; /* every thread would choose the same */
    if (chosen == NULL)
        chosen = choose();
    if (chosen == NULL)
        exit_if(gemm_check_environment());
    return chosen;
}

const char *gemm_kernel_name(void)
{
    return kernel_in_use()->name;
}

/* One product, and the block of it that is being packed or multiplied. */
typedef struct {
    const GemmKernel *kernel;
    bool transpose_a, transpose_b, add;
    size_t m, n, k;             /* of the block */
    size_t m0, n0, k0;          /* where the block begins */
    real alpha;
    const real *a, *b;
    real *c;
    size_t lda, ldb, ldc;
    real *packed_a, *packed_b;
} Product;

static size_t ceiling(size_t count, size_t by)
{
    return (count + by - 1) / by;
}

/* Packs `count` of `width` lanes of a (lanes, k) matrix whose element (lane, p) is at
 * from[lane * lane_step + p * k_step]; missing lanes become zeros. */
static void pack_panel(const real *from, size_t lane_step, size_t k_step, size_t count,
                       size_t width, size_t k, real *to)
{
    if (count == width && lane_step == 1) {
        for (size_t p = 0; p < k; p++)
            memcpy(to + p * width, from + p * k_step, width * sizeof *to);
        return;
    }
    for (size_t lane = 0; lane < width; lane++)
        for (size_t p = 0; p < k; p++)
            to[p * width + lane] = lane < count ? from[lane * lane_step + p * k_step] : 0;
}

static void pack_a(size_t begin, size_t end, void *context)
{
    const Product *g = context;
    size_t rows = g->kernel->rows;
    size_t row_step = g->transpose_a ? 1 : g->lda, k_step = g->transpose_a ? g->lda : 1;
    for (size_t panel = begin; panel < end; panel++) {
        size_t i = panel * rows, left = g->m - i;
        pack_panel(g->a + (g->m0 + i) * row_step + g->k0 * k_step, row_step, k_step,
                   left < rows ? left : rows, rows, g->k, g->packed_a + panel * rows * g->k);
    }
}

static void pack_b(size_t begin, size_t end, void *context)
{
    const Product *g = context;
    size_t columns = g->kernel->columns;
    size_t column_step = g->transpose_b ? g->ldb : 1, k_step = g->transpose_b ? 1 : g->ldb;
    for (size_t panel = begin; panel < end; panel++) {
        size_t j = panel * columns, left = g->n - j;
        pack_panel(g->b + (g->n0 + j) * column_step + g->k0 * k_step, column_step, k_step,
                   left < columns ? left : columns, columns, g->k,
                   g->packed_b + panel * columns * g->k);
    }
}

/* One tile of C; a tile that hangs over the edge goes through a buffer. */
static void multiply_tile(const Product *g, size_t panel_a, size_t panel_b)
{
    size_t rows = g->kernel->rows, columns = g->kernel->columns;
    size_t i = panel_a * rows, j = panel_b * columns;
    const real *a = g->packed_a + i * g->k, *b = g->packed_b + j * g->k;
    real *c = g->c + (g->m0 + i) * g->ldc + g->n0 + j;
    if (i + rows <= g->m && j + columns <= g->n) {
        g->kernel->tile(g->k, g->alpha, a, b, g->add, c, g->ldc);
        return;
    }
    real edge[GEMM_ROWS_MAX * GEMM_COLUMNS_MAX];
    g->kernel->tile(g->k, g->alpha, a, b, false, edge, columns);
    for (size_t r = 0; r < rows && i + r < g->m; r++)
        for (size_t s = 0; s < columns && j + s < g->n; s++) {
            real *to = c + r * g->ldc + s;
            *to = g->add ? *to + edge[r * columns + s] : edge[r * columns + s];
        }
}

/* Groups of tiles, numbered along m first: a group's panels of A stay in the second cache. */
static void multiply_groups(size_t begin, size_t end, void *context)
{
    const Product *g = context;
    size_t panels_a = ceiling(g->m, g->kernel->rows), panels_b = ceiling(g->n, g->kernel->columns);
    size_t groups_a = ceiling(panels_a, GROUP_M);
    for (size_t group = begin; group < end; group++) {
        size_t first_a = group % groups_a * GROUP_M, first_b = group / groups_a * GROUP_N;
        for (size_t pb = first_b; pb < first_b + GROUP_N && pb < panels_b; pb++)
            for (size_t pa = first_a; pa < first_a + GROUP_M && pa < panels_a; pa++)
                multiply_tile(g, pa, pb);
    }
}

/* Packing buffers, kept from call to call: one pair for each thread that calls gemm. */
static _Thread_local struct {
    void *memory[2];
    size_t bytes[2];
} buffers;

static real *buffer(int which, size_t count)
{
    size_t bytes = count * sizeof(real) + 64;
    if (buffers.bytes[which] < bytes) {
        free(buffers.memory[which]);
        buffers.memory[which] = memory_alloc(bytes);
        buffers.bytes[which] = bytes;
    }
    uintptr_t at = (uintptr_t)buffers.memory[which];
    return (real *)((at + 63) / 64 * 64);
}

void gemm_free_buffers(void)
{
    for (int which = 0; which < 2; which++) {
        free(buffers.memory[which]);
        buffers.memory[which] = NULL;
        buffers.bytes[which] = 0;
    }
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static void multiply_blocks(Product *g, size_t m, size_t n, size_t k, bool add)
{
    size_t rows = g->kernel->rows, columns = g->kernel->columns;
    for (g->n0 = 0; g->n0 < n; g->n0 += N_BLOCK) {
        g->n = smaller(n - g->n0, N_BLOCK);
        size_t panels_b = ceiling(g->n, columns);
        for (g->k0 = 0; g->k0 < k; g->k0 += K_BLOCK) {
            g->k = smaller(k - g->k0, K_BLOCK);
            g->add = add || g->k0 > 0;
            g->packed_b = buffer(1, panels_b * columns * g->k);
            parallel_for(panels_b, 8, pack_b, g);
            for (g->m0 = 0; g->m0 < m; g->m0 += M_BLOCK) {
                g->m = smaller(m - g->m0, M_BLOCK);
                size_t panels_a = ceiling(g->m, rows);
                g->packed_a = buffer(0, panels_a * rows * g->k);
                parallel_for(panels_a, 32, pack_a, g);
                parallel_for(ceiling(panels_a, GROUP_M) * ceiling(panels_b, GROUP_N), 1,
                             multiply_groups, g);
            }
        }
    }
}

/* ---- few rows ----------------------------------------------------------------------------------
 * With few rows of A there is little to gain from a packed B, and packing it costs more than the
 * product: B is read where it stands, once. Only a transposed B is turned, a piece at a time, in a
 * buffer that stays in the first cache. Sums run as in the tile: from zero over each K_BLOCK, in
 * order, then into C; so a row's bits do not tell how many rows there were. */
enum { FEW = 8, COLUMNS = GEMM_FEW_COLUMNS, TURNED = 16 };

/* (count, k) rows of b become the columns of (k, TURNED). */
static void turn(const real *restrict b, size_t ldb, size_t count, size_t k, real *restrict to)
{
    for (size_t p = 0; p < k; p++)
        for (size_t j = 0; j < count; j++)
            to[p * TURNED + j] = b[j * ldb + p];
}

/* sum += the product over one K_BLOCK for `count` columns from `column` on. */
static void few_block(const Product *g, size_t column, size_t count, size_t k0, real *sum)
{
    size_t k = smaller(g->k - k0, K_BLOCK);
    size_t row_step = g->transpose_a ? 1 : g->lda, k_step = g->transpose_a ? g->lda : 1;
    const real *a = g->a + k0 * k_step;
    if (!g->transpose_b) {
        g->kernel->few(g->m, count, k, a, row_step, k_step, g->b + k0 * g->ldb + column, g->ldb, sum);
        return;
    }
    real turned[K_BLOCK * TURNED];
    for (size_t j = 0; j < count; j += TURNED) {
        size_t n = smaller(count - j, TURNED);
        turn(g->b + (column + j) * g->ldb + k0, g->ldb, n, k, turned);
        g->kernel->few(g->m, n, k, a, row_step, k_step, turned, TURNED, sum + j);
    }
}

static void few_columns(size_t begin, size_t end, void *context)
{
    const Product *g = context;
    real sum[FEW * COLUMNS];
    for (size_t k0 = 0; k0 < g->k; k0 += K_BLOCK) {
        bool add = g->add || k0 > 0;
        memset(sum, 0, g->m * COLUMNS * sizeof *sum);
        few_block(g, begin, end - begin, k0, sum);
        for (size_t i = 0; i < g->m; i++)
            for (size_t j = begin; j < end; j++) {
                real *to = g->c + i * g->ldc + j, share = g->alpha * sum[i * COLUMNS + j - begin];
                *to = add ? *to + share : share;
            }
    }
}

void gemm(bool transpose_a, bool transpose_b, size_t m, size_t n, size_t k, real alpha,
          const real *a, size_t lda, const real *b, size_t ldb, bool add, real *c, size_t ldc)
{
    require(lda >= (transpose_a ? m : k) && ldb >= (transpose_b ? k : n) && ldc >= n,
            "gemm: leading dimensions %zu, %zu, %zu are too small for m %zu, n %zu, k %zu", lda,
            ldb, ldc, m, n, k);
    if (k == 0 && !add)
        for (size_t i = 0; i < m; i++)
            memset(c + i * ldc, 0, n * sizeof *c);
    Product g = {.kernel = kernel_in_use(), .transpose_a = transpose_a, .transpose_b = transpose_b,
                 .alpha = alpha, .a = a, .b = b, .c = c, .lda = lda, .ldb = ldb, .ldc = ldc};
    if (m > FEW) {
        multiply_blocks(&g, m, n, k, add);
        return;
    }
    g.m = m;
    g.n = n;
    g.k = k;
    g.add = add;
    parallel_for(n, COLUMNS, few_columns, &g);
}
