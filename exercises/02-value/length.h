/* length: what exercise 02-value/hunt adds to the engine. */
#ifndef WENGERT_LENGTH_H
#define WENGERT_LENGTH_H

#include "value/value.h"

/* sqrt(a^2 + b^2), the length of the arrow (a, b). At (0, 0), where it has no slope, 0 is used. */
Value *value_length(Value *a, Value *b);

#endif
