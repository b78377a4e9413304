/* dual: forward mode. A number that carries its own slope. Taught in chapter 01.
 *
 * Write a + b eps for the number a whose slope along the chosen input is b, with eps eps = 0: what
 * is of second order in a small step is dropped. Every operation then moves value and slope together, and
 * no graph is kept. One pass gives the slope along ONE input: n inputs need n passes. */
#ifndef WENGERT_DUAL_H
#define WENGERT_DUAL_H

#include "base/base.h"

typedef struct {
    real value, slope;
} Dual;

/* The input that slopes are taken along has slope 1; every other input is a constant, slope 0. */
static inline Dual dual_make(real value, real slope) { return (Dual){value, slope}; }

static inline Dual dual_add(Dual a, Dual b) { return (Dual){a.value + b.value, a.slope + b.slope}; }

static inline Dual dual_sub(Dual a, Dual b) { return (Dual){a.value - b.value, a.slope - b.slope}; }

/* (a + a' eps)(b + b' eps) = ab + (a'b + ab') eps, for eps eps = 0: the product rule. */
static inline Dual dual_mul(Dual a, Dual b)
{
    return (Dual){a.value * b.value, a.slope * b.value + a.value * b.slope};
}

/* q = a/b means q b = a; by the product rule q'b + q b' = a', so q' = (a' - q b') / b. */
static inline Dual dual_div(Dual a, Dual b)
{
    real q = a.value / b.value;
    return (Dual){q, (a.slope - q * b.slope) / b.value};
}

/* From here on the chain rule: the function's own slope at a, times the slope of a. */
static inline Dual dual_exp(Dual a)
{
    real value = exp(a.value);
    return (Dual){value, value * a.slope};
}

static inline Dual dual_log(Dual a) { return (Dual){log(a.value), a.slope / a.value}; }

static inline Dual dual_sin(Dual a) { return (Dual){sin(a.value), cos(a.value) * a.slope}; }

static inline Dual dual_cos(Dual a) { return (Dual){cos(a.value), -sin(a.value) * a.slope}; }

#endif
