/* A worked answer to 00-prologue/at.
 *
 * "Place" means: how many elements stand before it. Before row i stand i whole rows of `columns`
 * elements each; in its own row, before column j, stand j more. */
#include "at.h"

size_t at(size_t i, size_t j, size_t columns)
{
    return i * columns + j;
}

double column_sum(const double *a, size_t rows, size_t columns, size_t j)
{
    double sum = 0;
    /* Column j begins at place j; its next element stands a whole row further on. at(i, j, columns)
     * would say the same. */
    for (size_t i = 0; i < rows; i++)
        sum += a[j + i * columns];
    return sum;
}
