/* Exercise 02-value/hunt: out = sqrt(a^2 + b^2), the length of the arrow (a, b). Somebody wrote it
 * in a hurry, tried the forward, and left. There are two bugs in it. The derivation is right:
 *
 * Two links. The inner one, s = a^2 + b^2, has the slopes 2a and 2b; the outer one, sqrt(s), has
 * 1 / (2 sqrt(s)) = 1 / (2 out). What comes from above is multiplied with both. */
#include "length.h"

static void length_backward(Value *out)
{
    Value *a = out->parents[0], *b = out->parents[1];
    if (out->data == 0) /* the tip of a cone: no slope, and 0/0 would be NaN */
        return;
    real share = out->grad / (2 * out->data);
    a->grad += share * a->data;
    b->grad = share * b->data;
}

Value *value_length(Value *a, Value *b)
{
    return value_make(sqrt(a->data * a->data + b->data * b->data), a, b, length_backward);
}
