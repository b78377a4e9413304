/* A function that is given a function, and a context to hand on to it. Lesson 00. */
#include <stdio.h>

typedef double (*Function)(double t, const void *context);

static double average_speed(Function f, const void *context, double t, double h)
{
    return (f(t + h, context) - f(t, context)) / h;
}

static double fallen(double t, const void *context)
{
    const double *strength = context;
    return *strength * t * t;
}

int main(void)
{
    const double earth = 5;
    printf("from t = 2 for 1 second:    %g metres a second\n",
           average_speed(fallen, &earth, 2, 1));
    printf("from t = 2 for 1/8 second:  %g metres a second\n",
           average_speed(fallen, &earth, 2, 0.125));
    return 0;
}
