/* Memory that somebody asked for, and who gives it back. Lesson 00. */
#include <stdio.h>
#include <stdlib.h>

/* 0, 1, 2, ... in memory that the caller owns and frees; NULL if there is none. */
static double *ramp_new(size_t count)
{
    double *ramp = malloc(count * sizeof *ramp);
    for (size_t i = 0; ramp != NULL && i < count; i++)
        ramp[i] = (double)i;
    return ramp;
}

int main(void)
{
    double *ramp = ramp_new(5);
    if (ramp == NULL)
        return 1;
    printf("the last of five is %g\n", ramp[4]);
    free(ramp);
    return 0;
}
