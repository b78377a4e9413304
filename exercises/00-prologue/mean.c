/* Exercise 00-prologue/mean: the mean of an array, written where a pointer says.
 *
 * Taught in chapter 00 under "Pointers" and "Arrays, row after row". x points at the first of
 * `count` numbers, and `result` at a double of the caller, who looks there afterwards. What stands
 * there before you write is nobody's number. */
#include "mean.h"

void mean(const double *x, size_t count, double *result)
{
    /* your code here: add up the numbers, divide, write to where result points */
    (void)x; /* these three only keep the compiler quiet; take them out */
    (void)count;
    (void)result;
}
