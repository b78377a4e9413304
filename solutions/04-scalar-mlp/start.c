/* start: the parameters that a layer begins with. Chapter 04, "How to begin".
 *
 * A worked answer. */
#include "base/base.h"

void layer_start(real *parameters, size_t inputs, size_t outputs, bool relu, const real *normals);

/* The sum has `inputs` terms, each of variance v times the input's mean square; variances of
 * independent terms add. So inputs * v = 1, or 2 where a relu will halve the mean square again.
 * What multiplies a number is the deviation, the root of the variance. The randomness is there
 * for one reason, that no two neurons be equal: so every weight takes a number of its own. */
void layer_start(real *parameters, size_t inputs, size_t outputs, bool relu, const real *normals)
{
    real deviation = sqrt((relu ? 2 : 1) / (real)inputs);
    for (size_t n = 0; n < outputs; n++) {
        for (size_t i = 0; i < inputs; i++)
            parameters[n * (inputs + 1) + i] = deviation * normals[n * inputs + i];
        parameters[n * (inputs + 1) + inputs] = 0;
    }
}
