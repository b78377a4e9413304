/* measure: what exercise 03-gradcheck/error is to write. */
#ifndef WENGERT_MEASURE_H
#define WENGERT_MEASURE_H

#include "base/base.h"

/* How far an analytic and a measured derivative are apart: relative to the larger of the two, and
 * to 1e-3 where both are smaller. Infinite where that quotient is no number. */
double error_of(double analytic, double numeric);

#endif
