/* start: the parameters that a layer begins with. Chapter 04, "How to begin".
 *
 * What to write: layer_start. parameters has outputs * (inputs + 1) places, neuron by neuron,
 * weights then bias; normals has outputs * inputs numbers of mean 0 and deviation 1, to be used
 * in order. */
#include "base/base.h"

void layer_start(real *parameters, size_t inputs, size_t outputs, bool relu, const real *normals);

void layer_start(real *parameters, size_t inputs, size_t outputs, bool relu, const real *normals)
{
    (void)parameters, (void)inputs, (void)outputs, (void)relu, (void)normals;
    /* your code here */
}
