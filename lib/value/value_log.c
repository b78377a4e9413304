/* value_log: out = ln a. Taught in chapter 02.
 *
 * log undoes exp: e^out = a. Differentiate both sides along a: e^out out' = 1, so out' = 1/a:
 *     da += dout / a */
#include "value/value.h"

static void log_backward(Value *out)
{
    Value *a = out->parents[0];
    a->grad += out->grad / a->data;
}

Value *value_log(Value *a) { return value_make(log(a->data), a, NULL, log_backward); }
