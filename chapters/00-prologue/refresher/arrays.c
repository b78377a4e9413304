/* A matrix in one array, row after row: row-major order. Lesson 00. */
#include <stddef.h>
#include <stdio.h>

static double row_sum(const double *row, size_t columns)
{
    double sum = 0;
    for (size_t j = 0; j < columns; j++)
        sum += row[j];
    return sum;
}

int main(void)
{
    const size_t rows = 2, columns = 3;
    const double a[] = {1, 2, 3, 10, 20, 30};
    for (size_t i = 0; i < rows; i++)
        printf("row %zu begins at place %zu, sum %g\n", i, i * columns,
               row_sum(a + i * columns, columns));
    printf("element (1,2) stands at place %zu: %g\n", 1 * columns + 2, a[1 * columns + 2]);
    return 0;
}
