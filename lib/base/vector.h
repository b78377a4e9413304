/* vector: what lets a compiler turn loops into vector instructions: functions for several widths of
 * vectors, exp without a call, and sums in lanes.
 *
 * The C library's exp is a call for each element, which keeps the compiler from working on several at
 * once. In float builds loop_exp is a polynomial in plain C with no call and no branch; its error is at
 * most 2 ulp (a test holds it to libm's, over all floats in range). In double builds it is exp itself:
 * gates and parity lose nothing.
 *
 * A sum in one variable waits for each addition before it begins the next. loop_sum keeps LANES of
 * them, element i in lane i mod LANES, and adds the lanes up at the end: an order that depends on the
 * length alone, so that every processor gets the same bits. Taught in chapter 21. */
#ifndef WENGERT_VECTOR_H
#define WENGERT_VECTOR_H

#include "base/base.h"

#include <string.h>

/* A function marked WIDE is compiled for several widths of vectors, and the widest that the processor
 * has is chosen when the program starts. Every width gives the same bits: products and sums are never
 * contracted (-ffp-contract=off) and never reordered. Not under sanitizers, which cannot follow. */
#if defined(__x86_64__) && defined(__linux__) && !defined(__SANITIZE_ADDRESS__) && !defined(WENGERT_POISON)
#define WIDE __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define WIDE
#endif

#ifdef WENGERT_FLOAT
/* exp(x) = 2^n exp(r) with n = round(x / ln 2) and |r| <= ln(2) / 2. The exponent's bits n + 127 are
 * put together by hand, so n = -127 gives a power of exactly 0 and n = 128 infinity: the result is 0
 * below -87.68, also for minus infinity, infinite above 88.37, and NaN for NaN. */
static inline float loop_exp(float x)
{
    const float per_ln_2 = 1.44269504088896f, ln_2_high = 0.693359375f, ln_2_low = -2.12194440e-4f;
    const float round_by = 12582912.0f; /* 1.5 * 2^23: adding it leaves n in the lowest bits */
    const float low = -88, high = 89;   /* where n is -127 and 128 */
    x = x < low ? low : x;
    x = x > high ? high : x;
    float shifted = x * per_ln_2 + round_by;
    float n = shifted - round_by;
    float r = (x - n * ln_2_high) - n * ln_2_low;
    /* Taylor's series to r^7: the next term is below 2^-27 of the sum for |r| <= 0.347. */
    float p = 1.0f / 5040;
    p = p * r + 1.0f / 720;
    p = p * r + 1.0f / 120;
    p = p * r + 1.0f / 24;
    p = p * r + 1.0f / 6;
    p = p * r + 0.5f;
    p = p * r + 1.0f;
    p = p * r + 1.0f;
    uint32_t bits;
    float power;
    memcpy(&bits, &shifted, sizeof bits);
    bits = (bits << 23) + (127u << 23);
    memcpy(&power, &bits, sizeof power);
    return p * power;
}
#else
static inline double loop_exp(double x)
{
    return exp(x);
}
#endif

enum { LANES = 16 };

/* The lanes' sum, in pairs. */
static inline real lanes_sum(const real lane[LANES])
{
    real sum[LANES];
    memcpy(sum, lane, sizeof sum);
    for (int half = LANES / 2; half > 0; half /= 2)
        for (int l = 0; l < half; l++)
            sum[l] += sum[l + half];
    return sum[0];
}

static inline real loop_sum(const real *x, size_t n)
{
    real lane[LANES] = {0};
    size_t whole = n - n % LANES;
    for (size_t i = 0; i < whole; i += LANES)
        for (size_t l = 0; l < LANES; l++)
            lane[l] += x[i + l];
    for (size_t i = whole; i < n; i++)
        lane[i - whole] += x[i];
    return lanes_sum(lane);
}

static inline real loop_dot(const real *x, const real *y, size_t n)
{
    real lane[LANES] = {0};
    size_t whole = n - n % LANES;
    for (size_t i = 0; i < whole; i += LANES)
        for (size_t l = 0; l < LANES; l++)
            lane[l] += x[i + l] * y[i + l];
    for (size_t i = whole; i < n; i++)
        lane[i - whole] += x[i] * y[i];
    return lanes_sum(lane);
}

/* Minus infinity for n = 0; a NaN is passed over. */
static inline real loop_max(const real *x, size_t n)
{
    real lane[LANES], max = -(real)INFINITY;
    for (size_t l = 0; l < LANES; l++)
        lane[l] = max;
    size_t whole = n - n % LANES;
    for (size_t i = 0; i < whole; i += LANES)
        for (size_t l = 0; l < LANES; l++)
            lane[l] = x[i + l] > lane[l] ? x[i + l] : lane[l];
    for (size_t i = whole; i < n; i++)
        max = x[i] > max ? x[i] : max;
    for (size_t l = 0; l < LANES; l++)
        max = lane[l] > max ? lane[l] : max;
    return max;
}

#endif
