/* A worked answer to 02-value/div: out = a / b.
 *
 * Along a: a / b is a times 1/b, and 1/b stays, so the slope is 1/b. Along b do not attack the
 * quotient; say what it means. out b = a, and while b moves, a stays: by the product rule
 * out' b + out = 0, so out' = -out / b. The power rule gives the same: the slope of a b^-1 is
 * -a b^-2. */
#include "value/value.h"

static void div_backward(Value *out)
{
    Value *a = out->parents[0], *b = out->parents[1];
    /* do/b stands in both shares; out->data is the quotient, computed in the forward. */
    real share = out->grad / b->data;
    a->grad += share;
    b->grad -= share * out->data;
}

Value *value_div(Value *a, Value *b) { return value_make(a->data / b->data, a, b, div_backward); }
