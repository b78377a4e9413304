/* What gemm.c and the copies of gemm_kernel.c share. */
#ifndef WENGERT_GEMM_KERNEL_H
#define WENGERT_GEMM_KERNEL_H

#include "base/base.h"

enum { GEMM_ROWS_MAX = 8, GEMM_VECTORS_MAX = 3, GEMM_LANES_MAX = 16, GEMM_FEW_COLUMNS = 1024 };
enum { GEMM_COLUMNS_MAX = GEMM_VECTORS_MAX * GEMM_LANES_MAX };

/* c (rows, v lanes) = from + alpha a b: element (i,p) of a stands at a[i * row_step + p * k_step], b
 * is packed (k, v lanes), c and from have leading dimensions ldc and ld_from. from is c to add, a
 * bias with leading dimension 0, or NULL for nothing. */
typedef void (*GemmTile)(size_t k, real alpha, const real *a, size_t row_step, size_t k_step,
                         const real *b, const real *from, size_t ld_from, real *c, size_t ldc);

typedef struct {
    const char *name;
    size_t rows, vectors, lanes;       /* of the tile: rows x vectors * lanes */
    GemmTile tile[GEMM_VECTORS_MAX];   /* [v - 1]: for a panel of v vectors */
    /* sum (m, GEMM_FEW_COLUMNS) += a b over the first n columns: a as above, b (k,n) with leading
     * dimension ldb, not packed */
    void (*few)(size_t m, size_t n, size_t k, const real *restrict a, size_t row_step,
                size_t k_step, const real *restrict b, size_t ldb, real *restrict sum);
    /* to (panels, k, width) = from (k, panels * width) with leading dimension ld; width is `rows`, or
     * a number of whole vectors */
    void (*copy)(const real *restrict from, size_t ld, size_t width, size_t panels, size_t k,
                 real *restrict to);
    /* to (columns, ld_to) = the transpose of from, `lanes` rows of `columns` with leading dimension
     * ld_from; columns a multiple of lanes */
    void (*turn)(const real *restrict from, size_t ld_from, size_t columns, real *restrict to,
                 size_t ld_to);
} GemmKernel;

extern const GemmKernel gemm_kernel_portable, gemm_kernel_avx2, gemm_kernel_avx512,
    gemm_kernel_neon;

/* The one in use. */
const GemmKernel *gemm_kernel(void);

#endif
