/* counts: how many floating-point operations a piece of work is, and how many bytes it must move if
 * each of its numbers is read once and written once: what the roofline needs to know. An addition,
 * a product, a comparison, a division, a root and an exp count as one each; the lesson counts
 * them. */
#ifndef WENGERT_COUNTS_H
#define WENGERT_COUNTS_H

#include "base/base.h"

typedef struct {
    double flops, bytes;
} Count;

/* C (m,n) = A (m,k) B (k,n). */
static inline Count count_product(size_t m, size_t n, size_t k)
{
    double rows = (double)m, columns = (double)n, inner = (double)k;
    return (Count){2 * rows * columns * inner,
                   sizeof(real) * (rows * inner + inner * columns + rows * columns)};
}

/* n elements: `flops` and `words` (read or written) for each. */
static inline Count count_each(size_t n, double flops, double words)
{
    return (Count){flops * (double)n, words * sizeof(real) * (double)n};
}

static inline Count count_layer_norm(size_t n) { return count_each(n, 8, 2); }
static inline Count count_softmax(size_t n) { return count_each(n, 5, 2); }
static inline Count count_gelu(size_t n) { return count_each(n, 10, 2); }
static inline Count count_adamw(size_t n) { return count_each(n, 15, 7); }
static inline Count count_reading(size_t n) { return count_each(n, 1, 1); }

/* A tile of rows x vectors sums: the vector registers it needs, with a row of B and one element of
 * A, and how many loads there are to a multiply-add. */
static inline size_t tile_registers(size_t rows, size_t vectors)
{
    return rows * vectors + vectors + 1;
}

static inline double tile_loads(size_t rows, size_t vectors)
{
    return (double)(rows + vectors) / (double)(rows * vectors);
}

/* Operations a byte. */
static inline double count_intensity(Count count)
{
    return count.flops / count.bytes;
}

/* The most operations a second: as many as the arithmetic allows, or the bytes that memory
 * brings. */
static inline double roof(double peak, double bandwidth, double intensity)
{
    return fmin(peak, bandwidth * intensity);
}

#endif
