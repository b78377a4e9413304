/* A worked answer to 02-value/neg: out = -a.
 *
 * Move a by t and the result moves by -t: the slope is -1. The share is -1 times what came from
 * above, so it is subtracted, which is adding with the other sign. */
#include "value/value.h"

static void neg_backward(Value *out)
{
    /* Other uses of a may have given their shares already: those stay. */
    out->parents[0]->grad -= out->grad;
}

Value *value_neg(Value *a) { return value_make(-a->data, a, NULL, neg_backward); }
