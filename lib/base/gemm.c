/* gemm: C = alpha op(A) op(B), packed and blocked, on all threads.
 *
 * The triple loop of chapter 07 reads each element of B once for every row of A. Here a block of B is
 * first copied ("packed") into panels in the order in which the inner tile reads them, so that the
 * tile runs on data that is close and contiguous, and serves all rows of A. Transposes cost little
 * more: they are undone while packing.
 * The rungs from the triple loop to here are chapter 21; the tile is gemm_kernel.c. */
#include "base/gemm_kernel.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* A thread's piece is WIDTH panels of B at most, K_BLOCK long: they stay in its second cache while
 * rows of A pass by. The longer K_BLOCK, the fewer times C is read and written again. M_BLOCK bounds
 * the memory of a packed A; PACKED of its panels are packed at a time. Where B is narrow, pieces get
 * narrower, so that there are NARROW of them, and then shorter, for PIECES at least: work for several
 * threads, though each then packs that part of B for itself. */
enum { K_BLOCK = 768, M_BLOCK = 3072, WIDTH = 4, PACKED = 8, NARROW = 8, PIECES = 12 };

static bool processor_has(const GemmKernel *kernel)
{
#if defined(__x86_64__)
    if (kernel == &gemm_kernel_avx512)
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
               __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("fma");
    if (kernel == &gemm_kernel_avx2)
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#endif
    (void)kernel;
    return true; /* every ARM of 64 bits has NEON */
}

static const GemmKernel *const kernels[] = {
#if defined(__x86_64__)
    &gemm_kernel_avx512, &gemm_kernel_avx2,
#elif defined(__aarch64__)
    &gemm_kernel_neon,
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
        return error_make("WENGERT_CPU: expected portable, or avx2, avx512 or neon on a processor "
                          "that has it, found \"%s\"", getenv("WENGERT_CPU"));
    return no_error();
}

const GemmKernel *gemm_kernel(void)
{
    static const GemmKernel *_Atomic chosen = NULL; /* every thread would choose the same */
    const GemmKernel *kernel = atomic_load_explicit(&chosen, memory_order_relaxed);
    if (kernel != NULL)
        return kernel;
    kernel = choose();
    if (kernel == NULL)
        exit_if(gemm_check_environment());
    atomic_store_explicit(&chosen, kernel, memory_order_relaxed);
    return kernel;
}

const char *gemm_kernel_name(void)
{
    return gemm_kernel()->name;
}

/* One product, and the block of it that is being multiplied. */
typedef struct {
    const GemmKernel *kernel;
    bool transpose_a, transpose_b;
    size_t m, n, k;             /* of the block */
    size_t m0, k0;              /* where it begins */
    real alpha;
    const real *a, *b, *from;   /* from: what C starts as, NULL for nothing */
    real *c;
    size_t lda, ldb, ld_from, ldc;
    real *packed_a;             /* the panels of A, or of its last rows alone */
    size_t panels_a, panels_b;  /* of `rows` rows and `columns` columns; the last may be narrower */
    size_t columns;             /* of a whole panel of B */
    size_t width, height;       /* of one thread's piece, in panels of B and of A */
    size_t serial;              /* tells this block from every other */
} Product;

static size_t ceiling(size_t count, size_t by)
{
    return (count + by - 1) / by;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Packing buffers, kept from call to call: a pair for each thread. A belongs to the thread that
 * called gemm, B to each one, which remembers what it last packed into it. */
static _Thread_local struct {
    void *memory[2];
    size_t bytes[2];
    size_t serial, block; /* the part of B that is packed here now */
} buffers;

enum { A_BUFFER, B_BUFFER };

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

/* ---- packing ----------------------------------------------------------------------------------
 * A panel is (k, width). The matrix it comes from lies along the panel's rows, and is copied, or
 * along its columns, and is turned: in square blocks by the kernel, one element at a time at the
 * edges. What is missing at an edge becomes zeros. */
static void copy_panels(const GemmKernel *kernel, const real *from, size_t ld, size_t count,
                        size_t width, size_t last, size_t k, real *to)
{
    size_t whole = count / width, rest = count % width;
    kernel->copy(from, ld, width, whole, k, to);
    from += whole * width;
    to += whole * width * k;
    for (size_t p = 0; p < k && rest > 0; p++, from += ld, to += last) {
        memcpy(to, from, rest * sizeof *to);
        memset(to + rest, 0, (last - rest) * sizeof *to);
    }
}

static void turn_panel(const GemmKernel *kernel, const real *from, size_t ld, size_t count,
                       size_t width, size_t k, real *to)
{
    size_t lanes = kernel->lanes, whole = count - count % lanes, even = k - k % lanes;
    for (size_t lane = 0; lane < whole; lane += lanes) {
        kernel->turn(from + lane * ld, ld, even, to + lane, width);
        for (size_t p = even; p < k; p++)
            for (size_t l = lane; l < lane + lanes; l++)
                to[p * width + l] = from[l * ld + p];
    }
    for (size_t p = 0; p < k; p++)
        for (size_t l = whole; l < width; l++)
            to[p * width + l] = l < count ? from[l * ld + p] : 0;
}

/* Panels of A. They are needed where A is transposed, since its rows then lie far apart; an A whose
 * rows are contiguous is read where it stands, but for a last panel that has too few rows. */
static void pack_a(size_t begin, size_t end, void *context)
{
    const Product *g = context;
    size_t rows = g->kernel->rows, i = begin * rows;
    copy_panels(g->kernel, g->a + g->k0 * g->lda + g->m0 + i, g->lda,
                smaller(g->m, end * rows) - i, rows, rows, g->k, g->packed_a + i * g->k);
}

static void pack_last(const Product *g)
{
    size_t rows = g->kernel->rows, i = g->m - g->m % rows;
    turn_panel(g->kernel, g->a + (g->m0 + i) * g->lda + g->k0, g->lda, g->m - i, rows, g->k,
               g->packed_a);
}

/* How many columns panel `panel` of B has, filled up to whole vectors. */
static size_t panel_width(const Product *g, size_t panel)
{
    size_t left = g->n - panel * g->columns;
    return left >= g->columns ? g->columns : ceiling(left, g->kernel->lanes) * g->kernel->lanes;
}

/* The panels of one piece, into this thread's own buffer: they stay in its second cache. */
static const real *pack_b(const Product *g, size_t block)
{
    size_t begin = block * g->width, end = smaller(begin + g->width, g->panels_b);
    size_t j = begin * g->columns, stop = smaller(end * g->columns, g->n);
    real *packed = buffer(B_BUFFER, g->width * g->columns * g->k);
    if (buffers.serial == g->serial && buffers.block == block)
        return packed;
    if (!g->transpose_b)
        copy_panels(g->kernel, g->b + g->k0 * g->ldb + j, g->ldb, stop - j, g->columns,
                    panel_width(g, end - 1), g->k, packed);
    for (size_t panel = begin; panel < end && g->transpose_b; panel++, j += g->columns)
        turn_panel(g->kernel, g->b + j * g->ldb + g->k0, g->ldb, smaller(stop - j, g->columns),
                   panel_width(g, panel), g->k, packed + (panel - begin) * g->columns * g->k);
    buffers.serial = g->serial;
    buffers.block = block;
    return packed;
}

/* ---- multiplying ------------------------------------------------------------------------------ */
/* One tile of C; a tile that hangs over the edge goes through a buffer. */
static void multiply_tile(const Product *g, size_t panel_a, size_t panel_b, const real *b)
{
    size_t rows = g->kernel->rows, i = panel_a * rows, j = panel_b * g->columns;
    size_t width = panel_width(g, panel_b), row_step = g->lda, k_step = 1;
    const real *a = g->a + (g->m0 + i) * g->lda + g->k0;
    const real *from = g->from == NULL ? NULL : g->from + (g->m0 + i) * g->ld_from + j;
    real *c = g->c + (g->m0 + i) * g->ldc + j;
    GemmTile tile = g->kernel->tile[width / g->kernel->lanes - 1];
    bool whole = i + rows <= g->m;
    if (g->transpose_a || !whole) {
        a = g->packed_a + (g->transpose_a ? i * g->k : 0);
        row_step = 1;
        k_step = rows;
    }
    if (whole && j + width <= g->n) {
        tile(g->k, g->alpha, a, row_step, k_step, b, from, g->ld_from, c, g->ldc);
        return;
    }
    real edge[GEMM_ROWS_MAX * GEMM_COLUMNS_MAX];
    tile(g->k, g->alpha, a, row_step, k_step, b, NULL, 0, edge, width);
    for (size_t r = 0; r < rows && i + r < g->m; r++)
        for (size_t s = 0; s < width && j + s < g->n; s++) {
            real share = edge[r * width + s];
            c[r * g->ldc + s] = from == NULL ? share : from[r * g->ld_from + s] + share;
        }
}

/* A piece is some panels of B and some of A, numbered along A first. A panel of A serves all panels
 * of B while it is in the first cache. */
static void multiply_pieces(size_t begin, size_t end, void *context)
{
    const Product *g = context;
    size_t pieces_a = ceiling(g->panels_a, g->height);
    for (size_t piece = begin; piece < end; piece++) {
        size_t block = piece / pieces_a, first = piece % pieces_a * g->height;
        const real *packed = pack_b(g, block);
        for (size_t pa = first; pa < smaller(first + g->height, g->panels_a); pa++)
            for (size_t pb = 0; pb < g->width && block * g->width + pb < g->panels_b; pb++)
                multiply_tile(g, pa, block * g->width + pb, packed + pb * g->columns * g->k);
    }
}

/* Pieces of B are as wide as leaves NARROW of them, and A is cut too where they are fewer than PIECES. */
static void multiply_block(Product *g)
{
    static atomic_size_t serial = 0;
    g->serial = atomic_fetch_add(&serial, 1) + 1;
    size_t vectors = ceiling(g->n, g->kernel->lanes);
    size_t panels = ceiling(vectors, g->kernel->vectors);
    g->columns = ceiling(vectors, panels) * g->kernel->lanes; /* 4 vectors as 2 and 2, not 3 and 1 */
    g->panels_a = ceiling(g->m, g->kernel->rows);
    g->panels_b = ceiling(g->n, g->columns);
    g->width = g->panels_b / NARROW;
    g->width = g->width < 1 ? 1 : smaller(g->width, WIDTH);
    size_t pieces_b = ceiling(g->panels_b, g->width);
    size_t pieces_a = smaller(ceiling(PIECES, pieces_b), g->panels_a);
    g->height = ceiling(g->panels_a, pieces_a);
    g->packed_a = buffer(A_BUFFER, (g->transpose_a ? g->panels_a : 1) * g->kernel->rows * g->k);
    if (g->transpose_a)
        parallel_for(g->panels_a, PACKED, pack_a, g);
    else if (g->m % g->kernel->rows != 0)
        pack_last(g);
    parallel_for(ceiling(g->panels_a, g->height) * pieces_b, 1, multiply_pieces, g);
}

static void multiply_blocks(Product *g, size_t m, size_t k)
{
    for (g->k0 = 0; g->k0 < k; g->k0 += K_BLOCK) {
        g->k = smaller(k - g->k0, K_BLOCK);
        for (g->m0 = 0; g->m0 < m; g->m0 += M_BLOCK) {
            g->m = smaller(m - g->m0, M_BLOCK);
            multiply_block(g);
        }
        g->from = g->c;
        g->ld_from = g->ldc;
    }
}

/* ---- few rows ----------------------------------------------------------------------------------
 * With few rows of A there is little to gain from a packed B, and packing it costs more than the
 * product: B is read where it stands, once. Only a transposed B is turned, a piece at a time, in a
 * buffer that stays in the first cache. Sums run as in the tile: from zero over each K_BLOCK, in
 * order, then into C; so a row's bits do not tell how many rows there were. A piece's part of a row of B
 * is SEGMENT elements at least: shorter ones come from memory more slowly. A product of less than
 * WORTH_A_THREAD multiplications is done before another thread has woken up. */
enum { FEW = 8, COLUMNS = GEMM_FEW_COLUMNS, SEGMENT = 384 };
enum { TURNED_K = 64, TURNED = 64, WORTH_A_THREAD = 1 << 17 };

/* sum += the product over `k` from k0 on, for `count` columns of a transposed B from `column` on. */
static void few_turned(const Product *g, size_t column, size_t count, size_t k0, size_t k,
                       const real *a, size_t row_step, size_t k_step, real *sum)
{
    real turned[TURNED_K * TURNED];
    for (size_t j = 0; j < count; j += TURNED) {
        size_t n = smaller(count - j, TURNED);
        for (size_t p = 0; p < k; p += TURNED_K) {
            size_t length = smaller(k - p, TURNED_K);
            turn_panel(g->kernel, g->b + (column + j) * g->ldb + k0 + p, g->ldb, n, n, length,
                       turned);
            g->kernel->few(g->m, n, length, a + p * k_step, row_step, k_step, turned, n, sum + j);
        }
    }
}

/* sum += the product over one K_BLOCK for `count` columns from `column` on. */
static void few_block(const Product *g, size_t column, size_t count, size_t k0, real *sum)
{
    size_t k = smaller(g->k - k0, K_BLOCK);
    size_t row_step = g->transpose_a ? 1 : g->lda, k_step = g->transpose_a ? g->lda : 1;
    const real *a = g->a + k0 * k_step;
    if (g->transpose_b)
        few_turned(g, column, count, k0, k, a, row_step, k_step, sum);
    else
        g->kernel->few(g->m, count, k, a, row_step, k_step, g->b + k0 * g->ldb + column, g->ldb,
                       sum);
}

static void few_columns(const Product *g, size_t begin, size_t end)
{
    real sum[FEW * COLUMNS];
    const real *from = g->from;
    size_t ld_from = g->ld_from;
    for (size_t k0 = 0; k0 < g->k; k0 += K_BLOCK, from = g->c, ld_from = g->ldc) {
        for (size_t i = 0; i < g->m; i++)
            memset(sum + i * COLUMNS, 0, (end - begin) * sizeof *sum);
        few_block(g, begin, end - begin, k0, sum);
        for (size_t i = 0; i < g->m; i++)
            for (size_t j = begin; j < end; j++) {
                real share = g->alpha * sum[i * COLUMNS + j - begin];
                g->c[i * g->ldc + j] = from == NULL ? share : from[i * ld_from + j] + share;
            }
    }
}

static void few_pieces(size_t begin, size_t end, void *context)
{
    for (size_t column = begin; column < end; column += COLUMNS)
        few_columns(context, column, smaller(column + COLUMNS, end));
}

/* C = from + alpha op(A) op(B), with ld_from 0 for one row that serves all. */
static void multiply(bool transpose_a, bool transpose_b, size_t m, size_t n, size_t k, real alpha,
                     const real *a, size_t lda, const real *b, size_t ldb, const real *from,
                     size_t ld_from, real *c, size_t ldc)
{
    require(lda >= (transpose_a ? m : k) && ldb >= (transpose_b ? k : n) && ldc >= n,
            "gemm: leading dimensions %zu, %zu, %zu are too small for m %zu, n %zu, k %zu", lda,
            ldb, ldc, m, n, k);
    Product g = {.kernel = gemm_kernel(), .transpose_a = transpose_a, .transpose_b = transpose_b,
                 .n = n, .alpha = alpha, .a = a, .b = b, .from = from, .c = c, .lda = lda,
                 .ldb = ldb, .ld_from = ld_from, .ldc = ldc};
    for (size_t i = 0; k == 0 && from != c && i < m; i++)
        for (size_t j = 0; j < n; j++)
            c[i * ldc + j] = from == NULL ? 0 : from[i * ld_from + j];
    if (k == 0 || m == 0 || n == 0)
        return;
    if (m > FEW) {
        multiply_blocks(&g, m, k);
        return;
    }
    g.m = m;
    g.k = k;
    size_t piece = smaller(ceiling(n, 4), COLUMNS);
    piece = m * n * k < WORTH_A_THREAD ? n : piece < SEGMENT ? SEGMENT : piece;
    parallel_for(n, piece, few_pieces, &g);
}

void gemm(bool transpose_a, bool transpose_b, size_t m, size_t n, size_t k, real alpha,
          const real *a, size_t lda, const real *b, size_t ldb, bool add, real *c, size_t ldc)
{
    multiply(transpose_a, transpose_b, m, n, k, alpha, a, lda, b, ldb, add ? c : NULL, ldc, c, ldc);
}

void gemm_bias(size_t m, size_t n, size_t k, const real *a, size_t lda, const real *b, size_t ldb,
               const real *bias, real *c, size_t ldc)
{
    multiply(false, false, m, n, k, 1, a, lda, b, ldb, bias, 0, c, ldc);
}
