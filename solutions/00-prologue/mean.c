/* A worked answer to 00-prologue/mean.
 *
 * Three steps: add up, divide, write. The sum is a variable of our own that begins at 0; *result
 * may hold anything, so it is written once, at the end, and never read. */
#include "mean.h"

void mean(const double *x, size_t count, double *result)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) /* 0, 1, ..., count - 1: that is `count` numbers */
        sum += x[i];
    /* result is a place; *result is the double that stands there, the caller's. The cast says aloud
     * that a whole number becomes a double; with a double on the left C would do it anyway. */
    *result = sum / (double)count;
}
