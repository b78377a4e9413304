/* vector: what lets a compiler turn loops into vector instructions: functions for several widths of
 * vectors, exp, tanh and erf without a call, and sums in lanes.
 *
 * The C library's exp is a call for each element, which keeps the compiler from working on several at
 * once. In float builds loop_exp, loop_tanh and loop_erf are polynomials in plain C with no call and no
 * branch; their errors are at most 1.1, 2.5 and 1.5 ulp (a test holds them to libm's double functions,
 * over all floats in range). In double builds they are libm's own: gates and parity lose nothing.
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
 * contracted (-ffp-contract=off) and never reordered. Its name must be the program's only one,
 * static or not: clang 14 makes the function that chooses a global one. Not under sanitizers, which
 * cannot follow. */
#if defined(__x86_64__) && defined(__linux__) && !defined(__SANITIZE_ADDRESS__) && !defined(WENGERT_POISON)
#define WIDE __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define WIDE
#endif

/* How many things of so many elements make one piece of a parallel loop that does little for each:
 * with fewer, handing the piece to a thread costs more than it brings. */
static inline size_t loop_grain(size_t elements)
{
    const size_t worth = 8192;
    return elements == 0 ? worth : (worth + elements - 1) / elements;
}

/* How many columns of so many rows do: whole cache lines of a row. */
static inline size_t loop_columns(size_t rows)
{
    const size_t line = 64;
    return line * loop_grain(line * rows);
}

#ifdef WENGERT_FLOAT
/* exp(x) = 2^n exp(r) with n = round(x / ln 2) and |r| <= ln(2) / 2, as its two parts. The bits of
 * the exponent, n + 127, are put together by hand: n = -127 gives exactly 0, and n = 128 infinity. */
typedef struct {
    float power, rest; /* 2^n and exp(r) - 1 */
} ExpParts;

static inline ExpParts exp_parts(float x)
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
    p = p * r;
    uint32_t bits;
    ExpParts parts = {.rest = r + p * r};
    memcpy(&bits, &shifted, sizeof bits);
    bits = (bits << 23) + (127u << 23);
    memcpy(&parts.power, &bits, sizeof bits);
    return parts;
}

/* 0 below -87.68, also for minus infinity, infinite above 88.37, and NaN for NaN. */
static inline float loop_exp(float x)
{
    ExpParts e = exp_parts(x);
    return (e.rest + 1) * e.power;
}

/* With m = exp(2|x|) - 1, tanh |x| = m / (m + 2); m is put together from parts that keep its digits
 * near 0. From |x| = 10 on it is 1. */
static inline float loop_tanh(float x)
{
    float size = fabsf(x);
    ExpParts e = exp_parts(2 * (size > 10 ? 10 : size));
    float m = e.power * e.rest + (e.power - 1);
    return copysignf(m / (m + 2), x);
}

/* Below 0.875 it is x + x p, with p a polynomial in x^2; from there on 1 - exp(-q) with q one in |x|.
 * Both were fitted for the smallest relative error of erf; from |x| = 4 on it is 1. */
static inline float loop_erf(float x)
{
    const float joint = 0.875f;
    float size = fabsf(x), square = size * size, far = size > 4 ? 4 : size;
    float p = -6.20325484e-4f;
    p = p * square + 5.03218127e-3f;
    p = p * square - 2.67914630e-2f;
    p = p * square + 1.12824553e-1f;
    p = p * square - 3.76125515e-1f;
    p = p * square + 1.28379157e-1f;
    float q = -2.00996263e-4f;
    q = q * far + 3.09229246e-3f;
    q = q * far - 2.24202182e-2f;
    q = q * far + 1.04327507e-1f;
    q = q * far + 6.36737227e-1f;
    q = q * far + 1.12793612f;
    q = q * far + 1.33574911e-4f;
    float below = size + size * p, above = 1 - loop_exp(-q);
    return copysignf(size < joint ? below : above, x);
}
#else
static inline double loop_exp(double x)
{
    return exp(x);
}

static inline double loop_tanh(double x)
{
    return tanh(x);
}

static inline double loop_erf(double x)
{
    return erf(x);
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
