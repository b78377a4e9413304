/* value_tanh: out = tanh a = (e^a - e^-a) / (e^a + e^-a). Taught in chapter 02.
 *
 * The quotient rule, with s = e^a - e^-a and c = e^a + e^-a, each the other's derivative:
 * (c c - s s) / c^2 = 1 - out^2:
 *     da += (1 - out^2) dout */
#include "value/value.h"

static void tanh_backward(Value *out)
{
    out->parents[0]->grad += (1 - out->data * out->data) * out->grad;
}

Value *value_tanh(Value *a) { return value_make(tanh(a->data), a, NULL, tanh_backward); }
