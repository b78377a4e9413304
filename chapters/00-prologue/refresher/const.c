/* const: what a function promises to leave alone. Lesson 00. */
#include <stddef.h>
#include <stdio.h>

static void double_all(const double *x, double *y, size_t count)
{
    for (size_t i = 0; i < count; i++)
        y[i] = 2 * x[i];
}

int main(void)
{
    const double x[] = {1, 2, 3};
    double y[3];
    double_all(x, y, 3);
    printf("%g %g %g\n", y[0], y[1], y[2]);
    return 0;
}
