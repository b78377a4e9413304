/* Pointers: how a function changes numbers that belong to its caller. Lesson 00. */
#include <stdio.h>

static void swap(double *a, double *b)
{
    double kept = *a;
    *a = *b;
    *b = kept;
}

int main(void)
{
    double x = 2, y = -3;
    double *p = &x;
    *p += 1;
    printf("x = %g, *p = %g\n", x, *p);
    swap(&x, &y);
    printf("after swap: x = %g, y = %g, *p = %g\n", x, y, *p);
    return 0;
}
