/* The first program on Values: (ab + c)^2 at a = 2, b = -3, c = 10, forward and backward, and each
 * number on the way with its gradient. The lesson's second part reads it line by line. */
#include "value/value.h"

static void show(const char *name, const Value *value)
{
    printf("%-9s data %3g   grad %3g\n", name, (double)value->data, (double)value->grad);
}

int main(void)
{
    Value *a = value_leaf(2), *b = value_leaf(-3), *c = value_leaf(10);
    Value *product = value_mul(a, b);
    Value *sum = value_add(product, c);
    Value *square = value_pow(sum, 2);
    value_backward(square);
    show("(ab+c)^2", square);
    show("ab+c", sum);
    show("ab", product);
    show("a", a);
    show("b", b);
    show("c", c);
    value_free_pool();
    return 0;
}
