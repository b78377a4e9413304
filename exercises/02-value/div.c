/* Exercise 02-value/div: out = a / b, forward and backward, in the place of lib/value/value_div.c.
 *
 * Taught in chapter 02 under "div". As with mul: value_div computes and remembers; div_backward,
 * called later, adds to the grad of out->parents[0], which is a, and of out->parents[1], which is
 * b. */
#include "value/value.h"

static void div_backward(Value *out)
{
    /* your code here */
    (void)out; /* only keeps the compiler quiet; take it out */
}

Value *value_div(Value *a, Value *b)
{
    /* your code here: the quotient where NAN stands */
    return value_make(NAN, a, b, div_backward);
}
