/* value_exp: out = e^a. Taught in chapter 02.
 *
 * e^(a+t) = e^a e^t, and e^t is 1 + t for small t: the slope is e^a itself, which is out:
 *     da += out dout */
#include "value/value.h"

static void exp_backward(Value *out) { out->parents[0]->grad += out->data * out->grad; }

Value *value_exp(Value *a) { return value_make(exp(a->data), a, NULL, exp_backward); }
