/* What exercise 01-derivatives/dual-sqrt asks for: two more functions of chapter 01's dual
 * numbers. */
#ifndef EXERCISE_DUAL_SQRT_H
#define EXERCISE_DUAL_SQRT_H

#include "../../chapters/01-derivatives/dual.h"

Dual dual_sqrt(Dual a); /* a.value > 0 */
Dual dual_tanh(Dual a);

#endif
