/* kink: what exercise 03-gradcheck/kink is to write. */
#ifndef WENGERT_KINK_H
#define WENGERT_KINK_H

#include "base/base.h"

/* Whether f has a kink at x: a slope to the left of x that is not the slope to its right. f(x,
 * context) is the function's value. */
bool kink_at(Function f, const void *context, real x);

#endif
