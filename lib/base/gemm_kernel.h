/* What gemm.c and the copies of gemm_kernel.c share. */
#ifndef WENGERT_GEMM_KERNEL_H
#define WENGERT_GEMM_KERNEL_H

#include "base/base.h"

enum { GEMM_ROWS_MAX = 8, GEMM_COLUMNS_MAX = 48 };

typedef struct {
    const char *name;
    size_t rows, columns; /* of the tile */
    void (*tile)(size_t k, real alpha, const real *restrict a, const real *restrict b, bool add,
                 real *restrict c, size_t ldc);
} GemmKernel;

extern const GemmKernel gemm_kernel_portable, gemm_kernel_avx2, gemm_kernel_avx512;

#endif
