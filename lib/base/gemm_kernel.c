/* gemm_kernel: the inner loops of the matrix product, compiled once for each kind of processor: the
 * tile that all large products run on, and the straight loop of a product of few rows.
 *
 * The build compiles this file with different options and gives each copy its name:
 *   GEMM_KERNEL=portable  VECTOR_BYTES=16  ROWS=4  VECTORS=2   any processor
 *   GEMM_KERNEL=avx2      VECTOR_BYTES=32  ROWS=6  VECTORS=2   x86-64 with AVX2 and FMA
 *   GEMM_KERNEL=avx512    VECTOR_BYTES=64  ROWS=8  VECTORS=3   x86-64 with AVX-512
 * ROWS x VECTORS accumulators stay in registers while k runs; taught in chapter 21. */
#include "base/gemm_kernel.h"

enum { LANES = VECTOR_BYTES / (int)sizeof(real), COLUMNS = VECTORS * LANES };

/* A vector that may stand at any address: packed panels are aligned, C need not be. */
typedef real Vector __attribute__((vector_size(VECTOR_BYTES), aligned(sizeof(real)), may_alias));

/* c (ROWS, COLUMNS) = alpha a b, or += when `add`: a is packed (k, ROWS), b is packed (k, COLUMNS). */
static void tile(size_t k, real alpha, const real *restrict a, const real *restrict b, bool add,
                 real *restrict c, size_t ldc)
{
    Vector sum[ROWS][VECTORS];
    for (int i = 0; i < ROWS; i++)
        for (int j = 0; j < VECTORS; j++)
            sum[i][j] = (Vector){0};
    for (size_t p = 0; p < k; p++, a += ROWS, b += COLUMNS) {
        Vector row[VECTORS];
        for (int j = 0; j < VECTORS; j++)
            row[j] = *(const Vector *)(b + j * LANES);
        for (int i = 0; i < ROWS; i++)
            for (int j = 0; j < VECTORS; j++)
                sum[i][j] += a[i] * row[j];
    }
    for (int i = 0; i < ROWS; i++)
        for (int j = 0; j < VECTORS; j++) {
            Vector *to = (Vector *)(c + (size_t)i * ldc + j * LANES);
            *to = add ? *to + alpha * sum[i][j] : alpha * sum[i][j];
        }
}

/* Four rows of b at a time: their part of the first cache serves every row of a, and a sum is read
 * and written once for four products, which are added one after another as the tile adds them. */
static void few(size_t m, size_t n, size_t k, const real *restrict a, size_t row_step,
                size_t k_step, const real *restrict b, size_t ldb, real *restrict sum)
{
    size_t p = 0;
    for (; p + 4 <= k; p += 4, b += 4 * ldb)
        for (size_t i = 0; i < m; i++) {
            const real *f = a + i * row_step + p * k_step;
            const real *b1 = b + ldb, *b2 = b1 + ldb, *b3 = b2 + ldb;
            real f0 = f[0], f1 = f[k_step], f2 = f[2 * k_step], f3 = f[3 * k_step];
            real *to = sum + i * GEMM_FEW_COLUMNS;
            for (size_t j = 0; j < n; j++)
                to[j] = to[j] + f0 * b[j] + f1 * b1[j] + f2 * b2[j] + f3 * b3[j];
        }
    for (; p < k; p++, b += ldb)
        for (size_t i = 0; i < m; i++) {
            real f = a[i * row_step + p * k_step];
            real *to = sum + i * GEMM_FEW_COLUMNS;
            for (size_t j = 0; j < n; j++)
                to[j] += f * b[j];
        }
}

#define NAME_OF_(kernel) gemm_kernel_##kernel
#define NAME_OF(kernel) NAME_OF_(kernel)
#define TEXT_OF_(kernel) #kernel
#define TEXT_OF(kernel) TEXT_OF_(kernel)

const GemmKernel NAME_OF(GEMM_KERNEL) = {TEXT_OF(GEMM_KERNEL), ROWS, COLUMNS, tile, few};
