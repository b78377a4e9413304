/* A worked answer to 02-value/hunt: out = sqrt(a^2 + b^2), with both bugs mended.
 *
 * Two links. The inner one, s = a^2 + b^2, has the slopes 2a and 2b; the outer one, sqrt(s), has
 * 1 / (2 sqrt(s)) = 1 / (2 out). Multiplied, the twos cancel:
 *     da += (a / out) dout        db += (b / out) dout
 *
 * How they show. The lost 2: at (3, 4) with an upstream of 1 the gradients must be 0.6 and 0.8, and
 * came out as 0.3 and 0.4. A factor that is the same everywhere is a constant that was dropped, or
 * counted twice. The wrong =: b's gradient was right on a fresh leaf and forgot what a used one
 * held; and in length(a, a) it wiped out the share of the line above it. */
#include "length.h"

static void length_backward(Value *out)
{
    Value *a = out->parents[0], *b = out->parents[1];
    if (out->data == 0) /* the tip of a cone: no slope, and 0/0 would be NaN */
        return;
    real share = out->grad / out->data;
    a->grad += share * a->data;
    b->grad += share * b->data;
}

Value *value_length(Value *a, Value *b)
{
    return value_make(sqrt(a->data * a->data + b->data * b->data), a, b, length_backward);
}
