/* A deliberate mistake, for a sanitizer to find: the loop reads one number too many. Lesson 00. */
#include <stdio.h>
#include <stdlib.h>

static double sum(const double *x, size_t count)
{
    double total = 0;
    for (size_t i = 0; i <= count; i++)
        total += x[i];
    return total;
}

int main(void)
{
    double *x = malloc(3 * sizeof *x);
    if (x == NULL)
        return 1;
    for (size_t i = 0; i < 3; i++)
        x[i] = 1;
    printf("sum %g\n", sum(x, 3));
    free(x);
    return 0;
}
