/* A worked answer to 03-gradcheck/error.
 *
 * Large gradients need a relative measure: 2 apart is nothing between two millions. Near zero a
 * relative one means nothing: 1e-13 against 0 would be an error of 1. So divide by the size, but by
 * 1e-3 at least. The larger of the two sizes, because either may be 0 by a mistake; then the error
 * is at most 2, which is what opposite signs give. */
#include "measure.h"

double error_of(double analytic, double numeric)
{
    double scale = fmax(fmax(fabs(analytic), fabs(numeric)), 1e-3);
    double error = fabs(analytic - numeric) / scale;
    /* NaN is neither above nor below any bound. Infinity is above every one. */
    return isnan(error) ? (double)INFINITY : error;
}
