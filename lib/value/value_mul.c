/* value_mul: out = a b. Taught in chapter 02.
 *
 * (a + t) b = ab + t b: the slope along a is b, and along b it is a. Each operand's gradient is
 * weighed with the other's value:
 *     da += b dout      db += a dout */
#include "value/value.h"

static void mul_backward(Value *out)
{
    Value *a = out->parents[0], *b = out->parents[1];
    a->grad += b->data * out->grad;
    b->grad += a->data * out->grad;
}

Value *value_mul(Value *a, Value *b) { return value_make(a->data * b->data, a, b, mul_backward); }
