/* A worked answer to 02-value/add: out = a + b.
 *
 * Ask what moves. Hold b and move a by t: the sum moves by t. So the slope along a is 1, and so it
 * is along b. The share of each is 1 times what came from above: all of it, for each. */
#include "value/value.h"

static void add_backward(Value *out)
{
    /* Added, not stored: other uses of a and b may have given their shares already. In a + a both
     * lines add to the same grad, and together they make 2. */
    out->parents[0]->grad += out->grad;
    out->parents[1]->grad += out->grad;
}

Value *value_add(Value *a, Value *b) { return value_make(a->data + b->data, a, b, add_backward); }
