/* A worked answer to 02-value/mul: out = a b.
 *
 * Ask what moves. Hold b and nudge a by t: (a + t) b = ab + t b, so the product moves b for each
 * unit of a. Hold a and nudge b: it moves a for each unit of b. Each operand's slope is the OTHER's
 * value, and if b is 0 nothing that a does matters. */
#include "value/value.h"

static void mul_backward(Value *out)
{
    Value *a = out->parents[0], *b = out->parents[1];
    /* What came from above, times the local slope; added, for a may have other uses whose shares
     * are there already. In a*a both lines add to the same grad, and together they make 2a. */
    a->grad += b->data * out->grad;
    b->grad += a->data * out->grad;
}

Value *value_mul(Value *a, Value *b) { return value_make(a->data * b->data, a, b, mul_backward); }
