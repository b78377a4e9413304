/* Exercise 02-value/neg: out = -a, in the place of lib/value/value_neg.c.
 *
 * Taught in chapter 02 under "pow and neg". */
#include "value/value.h"

static void neg_backward(Value *out)
{
    /* your code here */
    (void)out; /* only keeps the compiler quiet; take it out */
}

Value *value_neg(Value *a)
{
    /* your code here: the number where NAN stands */
    return value_make(NAN, a, NULL, neg_backward);
}
