/* value_relu: out = a where a > 0, and 0 elsewhere. Taught in chapter 02.
 *
 * The slope is 1 right of 0 and 0 left of it. At 0 itself there is a kink and no derivative; we
 * take 0, as PyTorch does:
 *     da += dout where a > 0 */
#include "value/value.h"

static void relu_backward(Value *out)
{
    Value *a = out->parents[0];
    if (a->data > 0)
        a->grad += out->grad;
}

Value *value_relu(Value *a)
{
    /* Written so that NaN stays NaN: a comparison with NaN is false. */
    return value_make(a->data <= 0 ? 0 : a->data, a, NULL, relu_backward);
}
