/* value_sigmoid: out = 1 / (1 + e^-a). Taught in chapter 02.
 *
 * The slope of 1/u is -u'/u^2, with u = 1 + e^-a and u' = -e^-a: e^-a / u^2 = (1/u) (1 - 1/u):
 *     da += out (1 - out) dout */
#include "value/value.h"

static void sigmoid_backward(Value *out)
{
    out->parents[0]->grad += out->data * (1 - out->data) * out->grad;
}

Value *value_sigmoid(Value *a)
{
    return value_make(1 / (1 + exp(-a->data)), a, NULL, sigmoid_backward);
}
