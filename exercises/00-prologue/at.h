/* What exercise 00-prologue/at asks for. */
#ifndef EXERCISE_AT_H
#define EXERCISE_AT_H

#include <stddef.h>

/* The place of element (i, j), counted from 0, of a matrix kept row after row. */
size_t at(size_t i, size_t j, size_t columns);

/* The sum of column j of the matrix a, of `rows` rows and `columns` columns, kept row after row. */
double column_sum(const double *a, size_t rows, size_t columns, size_t j);

#endif
