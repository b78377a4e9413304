/* value_div: out = a / b. Taught in chapter 02.
 *
 * Along a the slope is 1/b. Along b, a b^-1 has the slope -a b^-2, which is -out / b:
 *     da += dout / b    db -= dout out / b */
#include "value/value.h"

static void div_backward(Value *out)
{
    Value *a = out->parents[0], *b = out->parents[1];
    real share = out->grad / b->data;
    a->grad += share;
    b->grad -= share * out->data;
}

Value *value_div(Value *a, Value *b) { return value_make(a->data / b->data, a, b, div_backward); }
