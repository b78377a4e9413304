/* rungs: one matrix product, C (m,n) = A (m,k) B (k,n), row-major and without gaps, written seven
 * times, each time a little closer to what the machine can do. The lesson quotes them in this
 * order; train.c times them and gate.c holds them to the first. The last two are gemm itself. */
#ifndef WENGERT_RUNGS_H
#define WENGERT_RUNGS_H

#include "base/base.h"

#include <stdlib.h>
#include <string.h>

/* ---- 1: the definition, chapter 07's triple loop --------------------------------------------- */
static void multiply_naive(size_t m, size_t n, size_t k, const real *restrict a,
                           const real *restrict b, real *restrict c)
{
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++) {
            real sum = 0;
            for (size_t p = 0; p < k; p++)
                sum += a[i * k + p] * b[p * n + j];
            c[i * n + j] = sum;
        }
}

/* ---- 2: the same sums, the two inner loops exchanged ----------------------------------------- */
static void multiply_reordered(size_t m, size_t n, size_t k, const real *restrict a,
                               const real *restrict b, real *restrict c)
{
    memset(c, 0, m * n * sizeof *c);
    for (size_t i = 0; i < m; i++)
        for (size_t p = 0; p < k; p++)
            for (size_t j = 0; j < n; j++)
                c[i * n + j] += a[i * k + p] * b[p * n + j];
}

/* ---- 3: a block of B at a time, small enough to stay in the first cache ---------------------- */
enum { BLOCK_K = 64, BLOCK_N = 64 };

static size_t at_most(size_t count, size_t most)
{
    return count < most ? count : most;
}

static void multiply_blocked(size_t m, size_t n, size_t k, const real *restrict a,
                             const real *restrict b, real *restrict c)
{
    memset(c, 0, m * n * sizeof *c);
    for (size_t p0 = 0; p0 < k; p0 += BLOCK_K)
        for (size_t j0 = 0; j0 < n; j0 += BLOCK_N) {
            size_t depth = at_most(k - p0, BLOCK_K), width = at_most(n - j0, BLOCK_N);
            for (size_t i = 0; i < m; i++)
                for (size_t p = p0; p < p0 + depth; p++)
                    for (size_t j = j0; j < j0 + width; j++)
                        c[i * n + j] += a[i * k + p] * b[p * n + j];
        }
}

/* ---- 4: the block copied first, so that it lies together ------------------------------------- */
static void multiply_packed(size_t m, size_t n, size_t k, const real *restrict a,
                            const real *restrict b, real *restrict c)
{
    real block[BLOCK_K * BLOCK_N];
    memset(c, 0, m * n * sizeof *c);
    for (size_t p0 = 0; p0 < k; p0 += BLOCK_K)
        for (size_t j0 = 0; j0 < n; j0 += BLOCK_N) {
            size_t depth = at_most(k - p0, BLOCK_K), width = at_most(n - j0, BLOCK_N);
            for (size_t p = 0; p < depth; p++)
                memcpy(block + p * width, b + (p0 + p) * n + j0, width * sizeof *block);
            for (size_t i = 0; i < m; i++)
                for (size_t p = 0; p < depth; p++)
                    for (size_t j = 0; j < width; j++)
                        c[i * n + j0 + j] += a[i * k + p0 + p] * block[p * width + j];
        }
}

/* ---- 5: a tile of C that stays in registers -------------------------------------------------- */
/* Vectors of 16 bytes, which every processor of today has: 4 floats or 2 doubles. */
typedef real Vector __attribute__((vector_size(16), aligned(sizeof(real)), may_alias));
enum { TILE_LANES = 16 / sizeof(real), TILE_ROWS = 4, TILE_VECTORS = 2,
       TILE_COLUMNS = TILE_VECTORS * TILE_LANES, TILE_K = 256 };

/* sum (TILE_ROWS, TILE_COLUMNS) = a b; a is packed (k, TILE_ROWS), b is packed (k,
 * TILE_COLUMNS). */
static void multiply_tile(size_t k, const real *restrict a, const real *restrict b, real *sum)
{
    Vector c[TILE_ROWS][TILE_VECTORS] = {{{0}}};
    for (size_t p = 0; p < k; p++, a += TILE_ROWS, b += TILE_COLUMNS)
        for (int j = 0; j < TILE_VECTORS; j++) {
            Vector row = *(const Vector *)(b + j * TILE_LANES);
            for (int i = 0; i < TILE_ROWS; i++)
                c[i][j] += a[i] * row;
        }
    memcpy(sum, c, sizeof c);
}

/* Panels of `width` lanes, one after another, each (k, width). Element (lane, p) of the matrix
 * stands at from[lane * lane_step + p * k_step]; lanes beyond `count` are zeros. */
static void pack(const real *from, size_t lane_step, size_t k_step, size_t count, size_t k,
                 size_t width, real *to)
{
    for (size_t first = 0; first < count; first += width)
        for (size_t p = 0; p < k; p++)
            for (size_t lane = first; lane < first + width; lane++)
                *to++ = lane < count ? from[lane * lane_step + p * k_step] : 0;
}

/* Every tile of C += panels of A times panels of B: a panel of B stays in the first cache while all
 * panels of A pass by. */
static void multiply_panels(size_t m, size_t n, size_t k, const real *a, const real *b, real *c)
{
    real sum[TILE_ROWS * TILE_COLUMNS];
    for (size_t j = 0; j < n; j += TILE_COLUMNS)
        for (size_t i = 0; i < m; i += TILE_ROWS) {
            size_t rows = at_most(m - i, TILE_ROWS), columns = at_most(n - j, TILE_COLUMNS);
            multiply_tile(k, a + i * k, b + j * k, sum);
            for (size_t r = 0; r < rows; r++)
                for (size_t s = 0; s < columns; s++)
                    c[(i + r) * n + j + s] += sum[r * TILE_COLUMNS + s];
        }
}

static void multiply_tiled(size_t m, size_t n, size_t k, const real *restrict a,
                           const real *restrict b, real *restrict c)
{
    real *packed_a = memory_alloc((m + TILE_ROWS) * TILE_K * sizeof *packed_a);
    real *packed_b = memory_alloc((n + TILE_COLUMNS) * TILE_K * sizeof *packed_b);
    memset(c, 0, m * n * sizeof *c);
    for (size_t p = 0; p < k; p += TILE_K) {
        size_t depth = at_most(k - p, TILE_K);
        pack(a + p, k, 1, m, depth, TILE_ROWS, packed_a);
        pack(b + p * n, 1, n, n, depth, TILE_COLUMNS, packed_b);
        multiply_panels(m, n, depth, packed_a, packed_b, c);
    }
    free(packed_a);
    free(packed_b);
}

/* ---- 6 and 7: gemm, with the widest vectors, on one thread and on all ------------------------ */
static void multiply_gemm(size_t m, size_t n, size_t k, const real *restrict a,
                          const real *restrict b, real *restrict c)
{
    gemm(false, false, m, n, k, 1, a, k, b, n, false, c, n);
}

typedef struct {
    const char *name;
    void (*multiply)(size_t m, size_t n, size_t k, const real *restrict a, const real *restrict b,
                     real *restrict c);
    bool all_threads; /* else one */
} Rung;

enum { RUNGS = 7 };
static const Rung rungs[RUNGS] = {
    {"naive", multiply_naive, false},     {"reordered", multiply_reordered, false},
    {"blocked", multiply_blocked, false}, {"packed", multiply_packed, false},
    {"tile", multiply_tiled, false},      {"vectors", multiply_gemm, false},
    {"threads", multiply_gemm, true}};

#endif
