/* value_add: out = a + b. Taught in chapter 02.
 *
 * Nudge a by t and out moves by t; the same for b. Both local derivatives are 1:
 *     da += dout        db += dout
 * For a + a the two shares land on the same Value and make 2, because each is added. */
#include "value/value.h"

static void add_backward(Value *out)
{
    out->parents[0]->grad += out->grad;
    out->parents[1]->grad += out->grad;
}

Value *value_add(Value *a, Value *b) { return value_make(a->data + b->data, a, b, add_backward); }
