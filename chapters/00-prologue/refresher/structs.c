/* A struct, copied and pointed at. Lesson 00. */
#include <stdio.h>

typedef struct {
    double data, grad;
} Number;

static void add_to_copy(Number n, double share) { n.grad += share; }
static void add_to(Number *n, double share) { n->grad += share; }

int main(void)
{
    Number x = {.data = 3};
    add_to_copy(x, 0.5);
    printf("after add_to_copy: data %g, grad %g\n", x.data, x.grad);
    add_to(&x, 0.5);
    add_to(&x, 0.25);
    printf("after add_to twice: data %g, grad %g\n", x.data, x.grad);
    return 0;
}
