/* A worked answer to 02-value/log: out = ln a.
 *
 * Say what it means: e^out = a. Take the slope of both sides along a: on the left by the chain rule
 * e^out out', on the right 1. So out' = 1 / e^out = 1/a. Tried: at 2 a half, at 100 a hundredth,
 * and the curve does get flatter. */
#include "value/value.h"

static void log_backward(Value *out)
{
    Value *a = out->parents[0];
    a->grad += out->grad / a->data;
}

Value *value_log(Value *a) { return value_make(log(a->data), a, NULL, log_backward); }
