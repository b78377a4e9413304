/* A worked answer to 02-value/pow: out = a^n for a constant n.
 *
 * a^n is n factors. Move one of them by t while the others stay: a^(n-1) t is added. That happens n
 * times, so the slope is n a^(n-1). Chapter 01 has it for exponents that are no whole numbers too.
 */
#include "value/value.h"

static void pow_backward(Value *out)
{
    Value *a = out->parents[0];
    real n = out->parents[1]->data;
    if (n != 0) /* a^0 is 1 everywhere; 0 times 0^-1 would be NaN */
        a->grad += n * pow(a->data, n - 1) * out->grad;
    /* Nothing is added to parents[1]: a constant does not move. */
}

Value *value_pow(Value *a, real exponent)
{
    return value_make(pow(a->data, exponent), a, value_leaf(exponent), pow_backward);
}
