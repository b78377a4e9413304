/* Well-known mistakes of C and of numbers in a computer, each beside the right thing. Taught in
 * chapter 00, under "What goes wrong"; ./learn break NAME runs one. Numbers are double here, also
 * where the library is built in float: it is double that the lesson speaks of. */
#include "../pitfalls.h"

/* ---- C ---- */

static void swap_pointers(const double *a, const double *b)
{
    const double *kept = a;
    a = b;
    b = kept;
    printf("inside, wrong:   *a = %g, *b = %g\n", *a, *b);
}

static void swap_numbers(double *a, double *b)
{
    double kept = *a;
    *a = *b;
    *b = kept;
}

static void moved_pointers(void)
{
    double x = 3, y = -3;
    printf("x = %g, y = %g; swap(&x, &y)\n\n", x, y);
    swap_pointers(&x, &y);
    printf("wrong, a = b:    x = %g, y = %g: only swap's own copies of the places changed\n", x, y);
    swap_numbers(&x, &y);
    printf("*a = *b:         x = %g, y = %g\n", x, y);
}

typedef struct {
    double data, grad;
} Number;

static double grow_copy(Number n) { return n.grad += 0.5; }
static double grow(Number *n) { return n->grad += 0.5; }

static void changed_copy(void)
{
    Number x = {.data = 3};
    double inside = grow_copy(x);
    printf("wrong, void grow(Number n):   inside grad %g, afterwards %g\n", inside, x.grad);
    inside = grow(&x);
    printf("void grow(Number *n):         inside grad %g, afterwards %g\n", inside, x.grad);
}

static void wrong_stride(void)
{
    const size_t rows = 2, columns = 3;
    const double a[] = {0, 1, 2, 10, 11, 12};
    printf("a matrix of 2 rows and 3 columns, in row i and column j the number 10 i + j\n\n");
    printf("  i j   wrong: i * rows + j     i * columns + j\n");
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++)
            printf("  %zu %zu   a[%zu] = %-16g a[%zu] = %g\n", i, j, i * rows + j,
                   a[i * rows + j], i * columns + j, a[i * columns + j]);
    printf("\nrow 0 is right either way, so a test of row 0 says nothing\n");
}

static void below_zero(void)
{
    size_t i = 0;
    printf("counting down over 3 elements with a size_t\n\n");
    printf("wrong, for (i = 2; i >= 0; i--):  2 1 0 ");
    i--;
    printf("%zu ..., always >= 0\n", i);
    printf("for (i = 3; i-- > 0;):            ");
    for (i = 3; i-- > 0;)
        printf("%zu ", i);
    printf("and it ends\n\nwith a[i] in the first loop this is a crash, if you are lucky\n");
}

static void whole_division(void)
{
    printf("half of x\n\n%4s  %-14s %-10s x / 2\n", "x", "wrong: 1/2*x", "0.5 * x");
    for (int i = 1; i <= 3; i++) {
        const double x = i;
        printf("%4g  %-14g %-10g %g\n", x, 1 / 2 * x, 0.5 * x, x / 2);
    }
    printf("\n1/2 is a division of whole numbers, done before x is looked at: it is %d\n", 1 / 2);
}

/* ---- numbers ---- */

static void ten_tenths(void)
{
    double x = 0;
    int steps = 0;
    for (; x != 1 && steps < 100; steps++)
        x += 0.1;
    printf("adding 0.1 until it is 1\n\n");
    printf("wrong, while (x != 1):   after %d steps x is %g, and it was never 1\n", steps, x);
    x = 0;
    for (int i = 0; i < 10; i++)
        x += 0.1;
    printf("counting ten steps:      x is %.17g\n", x);
    printf("                         its relative error is %.1e\n", fabs(x - 1));
}

static void cancelled_digits(void)
{
    printf("1/x - 1/(x+1), which is 1/(x(x+1))\n\n");
    printf("%6s  %-24s %s\n", "x", "wrong: 1/x - 1/(x+1)", "1/(x(x+1))");
    for (int digits = 2; digits <= 17; digits += 3) {
        double x = pow(10, digits);
        printf("%6.0e  %-24.16g %.16g\n", x, 1 / x - 1 / (x + 1), 1 / (x * (x + 1)));
    }
    printf("\neach row shows 16 digits; on the left fewer and fewer of them are right\n");
}

static void small_into_large(void)
{
    double wrong = 1e16, ones = 0;
    for (int i = 0; i < 1000; i++) {
        wrong += 1;
        ones += 1;
    }
    printf("10^16 and a thousand ones\n\n");
    printf("wrong, one by one into the large number:   %.0f\n", wrong);
    printf("the ones first, then the large number:     %.0f\n", 1e16 + ones);
}

static const char *judged(bool passes) { return passes ? "passes" : "fails"; }

static void nan_not_greater(void)
{
    static const double errors[] = {1e-12, 0.5, NAN};
    const double bound = 1e-8;
    printf("errors held to a bound of 1e-8\n\n");
    printf("%8s  %-26s if (!(error <= bound))\n", "error", "wrong: if (error > bound)");
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        const double error = errors[i];
        bool by_greater = true, by_at_most = true;
        if (error > bound)
            by_greater = false;
        if (!(error <= bound))
            by_at_most = false;
        char text[32];
        snprintf(text, sizeof text, "%g", error);
        printf("%8s  %-26s %s\n", isnan(error) ? "NaN" : text, judged(by_greater),
               judged(by_at_most));
    }
}

int main(int argc, char **argv)
{
    static const Pitfall pitfalls[] = {
        {"moved-pointers", "a swap that moves its own pointers", moved_pointers},
        {"changed-copy", "a struct changed in a copy", changed_copy},
        {"wrong-stride", "rows and columns mixed up in a place", wrong_stride},
        {"below-zero", "a size_t counted below 0", below_zero},
        {"whole-division", "1/2 in whole numbers", whole_division},
        {"ten-tenths", "== between computed numbers", ten_tenths},
        {"cancelled-digits", "nearly equal numbers subtracted", cancelled_digits},
        {"small-into-large", "small numbers added to a large one", small_into_large},
        {"nan-not-greater", "a check that lets a NaN pass", nan_not_greater},
    };
    return pitfalls_main(argc, argv, pitfalls, sizeof pitfalls / sizeof *pitfalls);
}
