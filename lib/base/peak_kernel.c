/* peak_kernel: the most that a kernel's vectors can do, compiled as gemm_kernel.c is, once for
 * each: chains of multiply-adds that never leave the registers, and a sum that does nothing but
 * read. */
#include "base/peak_kernel.h"

enum { LANES = VECTOR_BYTES / (int)sizeof(real), CHAINS = 12, READS = 8 };

typedef real Vector __attribute__((vector_size(VECTOR_BYTES), aligned(sizeof(real)), may_alias));

static real add_up(const Vector *sum, int count)
{
    real total = 0;
    for (int i = 0; i < count; i++)
        for (int l = 0; l < LANES; l++)
            total += sum[i][l];
    return total;
}

/* A multiply-add waits some 4 cycles for the one before it in its chain, and a processor begins
 * two in a cycle: from 8 chains on there is always one that need not wait, and 12 with their two
 * constants fit AVX2's 16 registers. The factor is below 1, so that nothing grows. */
static real multiply_add(size_t turns, real factor, real term)
{
    Vector sum[CHAINS], times = factor - (Vector){0}, plus = term - (Vector){0};
    for (int c = 0; c < CHAINS; c++)
        sum[c] = plus * (real)c;
    for (size_t i = 0; i < turns; i++)
        for (int c = 0; c < CHAINS; c++)
            sum[c] = sum[c] * times + plus;
    return add_up(sum, CHAINS);
}

static real sum_all(const real *x, size_t n)
{
    Vector sum[READS] = {{0}};
    for (size_t i = 0; i < n; i += READS * LANES)
        for (int r = 0; r < READS; r++)
            sum[r] += *(const Vector *)(x + i + r * LANES);
    return add_up(sum, READS);
}

#define NAME_OF_(kernel) peak_kernel_##kernel
#define NAME_OF(kernel) NAME_OF_(kernel)
#define TEXT_OF_(kernel) #kernel
#define TEXT_OF(kernel) TEXT_OF_(kernel)

const PeakKernel NAME_OF(GEMM_KERNEL) = {TEXT_OF(GEMM_KERNEL), 2 * CHAINS * LANES, multiply_add,
                                         sum_all};
