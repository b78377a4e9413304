/* value_neg: out = -a. Taught in chapter 02.
 *
 * Nudge a by t and out moves by -t:
 *     da -= dout */
#include "value/value.h"

static void neg_backward(Value *out) { out->parents[0]->grad -= out->grad; }

Value *value_neg(Value *a) { return value_make(-a->data, a, NULL, neg_backward); }
