/* softplus: what exercise 02-value/softplus adds to the engine. */
#ifndef WENGERT_SOFTPLUS_H
#define WENGERT_SOFTPLUS_H

#include "value/value.h"

/* ln(1 + e^a), for every a: no overflow for large ones. */
Value *value_softplus(Value *a);

#endif
