/* A worked answer to 00-prologue/difference-of-roots.
 *
 * For x = 1e8 the two roots are 10000.00005 and 10000: nine digits agree, so subtracting leaves
 * seven of sixteen. The numbers themselves are good; it is the subtraction that uncovers their
 * rounding. So say the same thing without it. (a - b)(a + b) = a a - b b, and with roots for a and
 * b the right side is (x + 1) - x = 1, on paper, with no rounding at all. So a - b = 1/(a + b), and
 * adding two positive numbers never cancels anything.
 *
 * A wrong turn: 1/(2 sqrt(x)). For a large x it is nearly the same, but at x = 1 it is 0.5 and the
 * truth is 0.414; and at 0 it is infinite. */
#include "difference-of-roots.h"

#include <math.h>

double difference_of_roots(double x)
{
    double a = sqrt(x + 1), b = sqrt(x);
    return 1 / (a + b);
}
