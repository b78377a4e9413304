/* gemm_kernel: the inner loops of the matrix product, compiled once for each kind of processor: the
 * tile that all large products run on, the straight loop of a product of few rows, and the transpose
 * of one block, from which a transposed operand is packed.
 *
 * The build compiles this file with different options and gives each copy its name:
 *   GEMM_KERNEL=portable  VECTOR_BYTES=16  ROWS=4  VECTORS=2   any processor
 *   GEMM_KERNEL=avx2      VECTOR_BYTES=32  ROWS=6  VECTORS=2   x86-64 with AVX2 and FMA
 *   GEMM_KERNEL=avx512    VECTOR_BYTES=64  ROWS=8  VECTORS=3   x86-64 with AVX-512
 *   GEMM_KERNEL=neon      VECTOR_BYTES=16  ROWS=8  VECTORS=3   ARM of 64 bits
 * ROWS x VECTORS accumulators stay in registers while k runs; taught in chapter 21. */
#include "base/gemm_kernel.h"

enum { LANES = VECTOR_BYTES / (int)sizeof(real) };

/* Rows of b that are on their way from the second cache while one is in use. */
enum { AHEAD = 6 };

/* A vector that may stand at any address: packed panels are aligned, C need not be. */
typedef real Vector __attribute__((vector_size(VECTOR_BYTES), aligned(sizeof(real)), may_alias));

/* Numbers of elements, as many as a vector has. */
#ifdef WENGERT_FLOAT
typedef int32_t Places __attribute__((vector_size(VECTOR_BYTES)));
#else
typedef int64_t Places __attribute__((vector_size(VECTOR_BYTES)));
#endif

/* The tile for a panel of `vectors` vectors; the copies below make that a constant, so that the loops
 * over it unroll and every sum is a register. C is asked for before k runs: it is there by the end. */
static inline __attribute__((always_inline)) void
tile(const int vectors, size_t k, real alpha, const real *a, size_t row_step, size_t k_step,
     const real *b, const real *from, size_t ld_from, real *c, size_t ldc)
{
    Vector sum[ROWS][VECTORS];
#pragma GCC unroll 8
    for (int i = 0; i < ROWS; i++)
#pragma GCC unroll 4
        for (int j = 0; j < vectors; j++) {
            sum[i][j] = (Vector){0};
            __builtin_prefetch(c + (size_t)i * ldc + j * LANES, 1);
        }
    for (size_t p = 0; p < k; p++, a += k_step, b += vectors * LANES) {
        Vector row[VECTORS];
#pragma GCC unroll 4
        for (int j = 0; j < vectors; j++) {
            row[j] = *(const Vector *)(b + j * LANES);
            __builtin_prefetch(b + (AHEAD * vectors + j) * LANES);
        }
#pragma GCC unroll 8
        for (int i = 0; i < ROWS; i++)
#pragma GCC unroll 4
            for (int j = 0; j < vectors; j++)
                sum[i][j] += a[(size_t)i * row_step] * row[j];
    }
#pragma GCC unroll 8
    for (int i = 0; i < ROWS; i++)
#pragma GCC unroll 4
        for (int j = 0; j < vectors; j++) {
            Vector share = alpha * sum[i][j];
            if (from != NULL)
                share += *(const Vector *)(from + (size_t)i * ld_from + j * LANES);
            *(Vector *)(c + (size_t)i * ldc + j * LANES) = share;
        }
}

static void tile_1(size_t k, real alpha, const real *a, size_t row_step, size_t k_step,
                   const real *b, const real *from, size_t ld_from, real *c, size_t ldc)
{
    tile(1, k, alpha, a, row_step, k_step, b, from, ld_from, c, ldc);
}

static void tile_2(size_t k, real alpha, const real *a, size_t row_step, size_t k_step,
                   const real *b, const real *from, size_t ld_from, real *c, size_t ldc)
{
    tile(2, k, alpha, a, row_step, k_step, b, from, ld_from, c, ldc);
}

static void tile_3(size_t k, real alpha, const real *a, size_t row_step, size_t k_step,
                   const real *b, const real *from, size_t ld_from, real *c, size_t ldc)
{
    tile(VECTORS, k, alpha, a, row_step, k_step, b, from, ld_from, c, ldc);
}

/* AT_ONCE rows of b at a time: their part of the first cache serves every row of a, and a sum is read
 * and written once for as many products, which are added one after another as the tile adds them. From
 * memory, several rows in step come faster than one. */
static void few(size_t m, size_t n, size_t k, const real *restrict a, size_t row_step,
                size_t k_step, const real *restrict b, size_t ldb, real *restrict sum)
{
    enum { AT_ONCE = 8 };
    size_t p = 0;
    for (; p + AT_ONCE <= k; p += AT_ONCE, b += AT_ONCE * ldb)
        for (size_t i = 0; i < m; i++) {
            real factor[AT_ONCE], *to = sum + i * GEMM_FEW_COLUMNS;
            for (size_t q = 0; q < AT_ONCE; q++)
                factor[q] = a[i * row_step + (p + q) * k_step];
            for (size_t j = 0; j < n; j++) {
                real share = to[j];
#pragma GCC unroll 8
                for (size_t q = 0; q < AT_ONCE; q++)
                    share += factor[q] * b[q * ldb + j];
                to[j] = share;
            }
        }
    for (; p < k; p++, b += ldb)
        for (size_t i = 0; i < m; i++) {
            real factor = a[i * row_step + p * k_step];
            real *to = sum + i * GEMM_FEW_COLUMNS;
            for (size_t j = 0; j < n; j++)
                to[j] += factor * b[j];
        }
}

/* One row of from after the other, each to its places in all the panels: a row is read whole. */
static void copy(const real *restrict from, size_t ld, size_t width, size_t panels, size_t k,
                 real *restrict to)
{
    for (size_t p = 0; p < k; p++, from += ld, to += width)
        for (size_t panel = 0; panel < panels; panel++) {
            const real *row = from + panel * width;
            real *place = to + panel * k * width;
            if (width == ROWS)
                for (int i = 0; i < ROWS; i++)
                    place[i] = row[i];
            else
                for (size_t j = 0; j < width; j += LANES)
                    *(Vector *)(place + j) = *(const Vector *)(row + j);
        }
}

/* Two vectors' elements in turn, from element `first` of each on: a b a b ... */
static inline Vector zip(Vector a, Vector b, int first)
{
#if defined(__clang__) /* sees that this is one instruction; gcc has to be told */
    Vector out = a;
    for (int l = 0; l < LANES; l++)
        out[l] = l % 2 == 0 ? a[first + l / 2] : b[first + l / 2];
    return out;
#else
    Places from = {0};
#pragma GCC unroll 16
    for (int l = 0; l < LANES; l++)
        from[l] = l % 2 * LANES + first + l / 2;
    return __builtin_shuffle(a, b, from);
#endif
}

/* One square block: each pass puts rows i and i + LANES / 2 together like the teeth of a zip, and
 * after log2(LANES) passes rows have become columns. The rows below, which come next, are asked for. */
static void turn(const real *restrict from, size_t ld_from, size_t columns, real *restrict to,
                 size_t ld_to)
{
    for (size_t begin = 0; begin < columns; begin += LANES) {
        Vector row[LANES], next[LANES];
#pragma GCC unroll 16
        for (int i = 0; i < LANES; i++) {
            row[i] = *(const Vector *)(from + (size_t)i * ld_from + begin);
            __builtin_prefetch(from + (size_t)(i + LANES) * ld_from + begin, 0, 2);
        }
#pragma GCC unroll 4
        for (int pass = 1; pass < LANES; pass *= 2) {
#pragma GCC unroll 8
            for (int i = 0; i < LANES / 2; i++) {
                next[2 * i] = zip(row[i], row[i + LANES / 2], 0);
                next[2 * i + 1] = zip(row[i], row[i + LANES / 2], LANES / 2);
            }
#pragma GCC unroll 16
            for (int i = 0; i < LANES; i++)
                row[i] = next[i];
        }
#pragma GCC unroll 16
        for (int i = 0; i < LANES; i++)
            *(Vector *)(to + (begin + (size_t)i) * ld_to) = row[i];
    }
}

#define NAME_OF_(kernel) gemm_kernel_##kernel
#define NAME_OF(kernel) NAME_OF_(kernel)
#define TEXT_OF_(kernel) #kernel
#define TEXT_OF(kernel) TEXT_OF_(kernel)

const GemmKernel NAME_OF(GEMM_KERNEL) = {TEXT_OF(GEMM_KERNEL), ROWS, VECTORS, LANES,
                                         {tile_1, tile_2, tile_3}, few, copy, turn};
