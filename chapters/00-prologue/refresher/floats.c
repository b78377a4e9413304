/* What double and float hold, how to compare, and what NaN does. Lesson 00. */
#include <math.h>
#include <stdio.h>

static double relative_error(double found, double expected)
{
    return fabs(found - expected) / fabs(expected);
}

int main(void)
{
    const double sum = 0.1 + 0.2, lost = 1e16 + 1, missing = nan("");
    const float narrow = 0.1f;
    printf("0.1 as a double  %.20f\n", 0.1);
    printf("0.1 as a float   %.20f\n", (double)narrow);
    printf("0.1 + 0.2        %.20f\n", sum);
    printf("0.3              %.20f\n", 0.3);
    printf("equal: %s; relative error %.1e\n", sum == 0.3 ? "yes" : "no",
           relative_error(sum, 0.3));
    printf("(1e16 + 1) - 1e16 = %g\n", lost - 1e16);
    printf("NaN + 1 is NaN: %s\n", isnan(missing + 1) ? "yes" : "no");
    printf("NaN == NaN: %s; NaN > 1: %s; NaN <= 1: %s\n", missing == missing ? "yes" : "no",
           missing > 1 ? "yes" : "no", missing <= 1 ? "yes" : "no");
    return 0;
}
