/* value_sub: out = a - b. Taught in chapter 02.
 *
 * Nudge a by t and out moves by t; nudge b by t and out moves by -t:
 *     da += dout        db -= dout */
#include "value/value.h"

static void sub_backward(Value *out)
{
    out->parents[0]->grad += out->grad;
    out->parents[1]->grad -= out->grad;
}

Value *value_sub(Value *a, Value *b) { return value_make(a->data - b->data, a, b, sub_backward); }
