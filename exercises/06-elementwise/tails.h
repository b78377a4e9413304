/* tails: places far out for the checks of this chapter's curves, where what is left of a value or of a
 * slope is small and not yet nothing. */
#ifndef WENGERT_TAILS_H
#define WENGERT_TAILS_H

#include "base/base.h"

/* From 4 to 30 on one side. */
static void draw_tail(Random *random, double *x, size_t count, double side)
{
    const double edges[8] = {4, 5, 6, 8, 12, 16, 20, 30};
    for (size_t i = 0; i < count; i++) {
        double low = edges[i % 7], high = edges[i % 7 + 1];
        x[i] = side * (low + (high - low) * random_uniform(random));
    }
}

#endif
