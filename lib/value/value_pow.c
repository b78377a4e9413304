/* value_pow: out = a^n for a constant n. Taught in chapter 02.
 *
 * The power rule: the slope of a^n is n a^(n-1), for every real n where a^n is defined:
 *     da += n a^(n-1) dout
 * The constant is kept as a leaf beside a, so that a Value needs no field for it; nothing is ever
 * added to that leaf's gradient. */
#include "value/value.h"

static void pow_backward(Value *out)
{
    Value *a = out->parents[0];
    real n = out->parents[1]->data;
    if (n != 0) /* a^0 is 1 everywhere, but 0 times 0^-1 would be NaN at a = 0 */
        a->grad += n * pow(a->data, n - 1) * out->grad;
}

Value *value_pow(Value *a, real exponent)
{
    return value_make(pow(a->data, exponent), a, value_leaf(exponent), pow_backward);
}
