/* What gemm.c and the copies of gemm_kernel.c share. */
#ifndef WENGERT_GEMM_KERNEL_H
#define WENGERT_GEMM_KERNEL_H

#include "base/base.h"

enum { GEMM_ROWS_MAX = 8, GEMM_COLUMNS_MAX = 48, GEMM_FEW_COLUMNS = 256 };

typedef struct {
    const char *name;
    size_t rows, columns; /* of the tile */
    void (*tile)(size_t k, real alpha, const real *restrict a, const real *restrict b, bool add,
                 real *restrict c, size_t ldc);
    /* sum (m, GEMM_FEW_COLUMNS) += a b over the first n columns: element (i,p) of a stands at
     * a[i * row_step + p * k_step], b is (k,n) with leading dimension ldb, not packed */
    void (*few)(size_t m, size_t n, size_t k, const real *restrict a, size_t row_step,
                size_t k_step, const real *restrict b, size_t ldb, real *restrict sum);
} GemmKernel;

extern const GemmKernel gemm_kernel_portable, gemm_kernel_avx2, gemm_kernel_avx512;

#endif
