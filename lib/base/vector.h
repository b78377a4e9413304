/* vector: exp as a loop can use it.
 *
 * The C library's exp is a call for each element, which keeps the compiler from working on several at
 * once. In float builds loop_exp is a polynomial in plain C with no call and no branch, which gcc and
 * clang turn into vector instructions; its error is at most 2 ulp (a test holds it to libm's, over
 * all floats in range). In double builds it is exp itself: gates and parity lose nothing. */
#ifndef WENGERT_VECTOR_H
#define WENGERT_VECTOR_H

#include "base/base.h"

#include <string.h>

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

#endif
