/* Exercise 00-prologue/difference-of-roots: sqrt(x + 1) - sqrt(x) with all its digits.
 *
 * Taught in chapter 00 under "Numbers in a computer", where 1/x - 1/(x+1) is done. As it stands the
 * formula is right on paper and loses digits in a computer; from about 1e16 on it gives 0. */
#include "difference-of-roots.h"

#include <math.h>

double difference_of_roots(double x)
{
    /* your code here: the same number, without subtracting what is nearly equal */
    return sqrt(x + 1) - sqrt(x);
}
