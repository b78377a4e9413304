/* Exercise 02-value/pow: out = a^n for a constant n, in the place of lib/value/value_pow.c.
 *
 * Taught in chapter 02 under "pow and neg". In pow_backward, out->parents[0] is a and
 * out->parents[1] is the leaf that holds n. */
#include "value/value.h"

static void pow_backward(Value *out)
{
    /* your code here */
    (void)out; /* only keeps the compiler quiet; take it out */
}

Value *value_pow(Value *a, real exponent)
{
    /* your code here: the power where NAN stands */
    return value_make(NAN, a, value_leaf(exponent), pow_backward);
}
