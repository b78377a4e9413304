/* A worked answer to 02-value/sigmoid: out = 1 / (1 + e^-a).
 *
 * Call the denominator u; its slope is -e^-a. The slope of 1/u is -u'/u^2 = e^-a / u^2, and e^-a is
 * u - 1: (u - 1)/u^2 = (1/u) (1 - 1/u). The result is 1/u, so the slope is out (1 - out): 1/4 at a
 * = 0, and nearly 0 far out on either side. */
#include "value/value.h"

static void sigmoid_backward(Value *out)
{
    out->parents[0]->grad += out->data * (1 - out->data) * out->grad;
}

Value *value_sigmoid(Value *a)
{
    return value_make(1 / (1 + exp(-a->data)), a, NULL, sigmoid_backward);
}
