/* What peak.c and the copies of peak_kernel.c share. */
#ifndef WENGERT_PEAK_KERNEL_H
#define WENGERT_PEAK_KERNEL_H

#include "base/base.h"

typedef struct {
    const char *name;
    size_t flops;                         /* of one turn of the loop; a multiply-add is two */
    real (*multiply_add)(size_t turns, real factor, real term);
    real (*sum)(const real *x, size_t n); /* n a multiple of PEAK_MULTIPLE */
} PeakKernel;

extern const PeakKernel peak_kernel_portable, peak_kernel_avx2, peak_kernel_avx512,
    peak_kernel_neon;

#endif
