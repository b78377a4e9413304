/* A worked answer to 02-value/relu: out = a where a > 0, and 0 elsewhere.
 *
 * Right of 0 the result moves with a, one for one; left of it it does not move. At 0 itself the
 * quotient approaches 1 from the right and 0 from the left: there is no slope, and we take 0. */
#include "value/value.h"

static void relu_backward(Value *out)
{
    Value *a = out->parents[0];
    /* The input decides, not what came from above: which side a stands on is a fact of the forward.
     */
    if (a->data > 0)
        a->grad += out->grad;
}

Value *value_relu(Value *a)
{
    /* Asked whether NaN is above 0, C says no, and a NaN would come out as 0. Asked whether it is
     * at most 0, C says no as well, and then it stays what it is. */
    return value_make(a->data <= 0 ? 0 : a->data, a, NULL, relu_backward);
}
