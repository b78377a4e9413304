/* mean: declared in mean.h, defined here. Lesson 00. */
#include "mean.h"

double mean(const double *x, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += x[i];
    return sum / (double)count;
}
