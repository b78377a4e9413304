/* A program of two source files: the linker joins this one and mean.c. Lesson 00. */
#include "mean.h"

#include <stdio.h>

int main(void)
{
    const double x[] = {1, 2, 6};
    printf("mean %g\n", mean(x, 3));
    return 0;
}
