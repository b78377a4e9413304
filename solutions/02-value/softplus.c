/* A worked answer to 02-value/softplus: out = ln(1 + e^a).
 *
 * The slope: with u = 1 + e^a, ln u has the slope 1/u and u has e^a, so it is e^a / (1 + e^a).
 * Divide both by e^a: 1 / (1 + e^-a), the sigmoid. At 0 that is 1/2, halfway between flat and
 * steep.
 *
 * The forward: for a large a, e^a overflows. Take e^a out of the bracket first:
 * ln(1 + e^a) = ln(e^a (e^-a + 1)) = a + ln(1 + e^-a). For a negative a the formula is fine as it
 * stands. Both at once: the larger of a and 0, plus ln(1 + e^-|a|), where the power is never large.
 */
#include "softplus.h"

static void softplus_backward(Value *out)
{
    Value *a = out->parents[0];
    /* For a very negative a, exp(-a) is infinite and the share 0, which is right. */
    a->grad += out->grad / (1 + exp(-a->data));
}

Value *value_softplus(Value *a)
{
    /* log1p(t) is ln(1 + t), and stays exact where 1 + t would round t away. */
    real softplus = (a->data > 0 ? a->data : 0) + log1p(exp(-fabs(a->data)));
    return value_make(softplus, a, NULL, softplus_backward);
}
