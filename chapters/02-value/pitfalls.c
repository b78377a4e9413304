/* The pitfalls of chapter 02: well-known mistakes of a scalar engine, each beside the right thing.
 * Each is made as an operation or a walk of one's own would make it, from value_make. */
#include "../pitfalls.h"
#include "value/value.h"

typedef Value *(*Two)(Value *a, Value *b);

/* ---- stores: = for += ---- */

static void add_stores_backward(Value *out)
{
    out->parents[0]->grad = out->grad;
    out->parents[1]->grad = out->grad;
}
static Value *add_stores(Value *a, Value *b)
{
    return value_make(a->data + b->data, a, b, add_stores_backward);
}

static void mul_stores_backward(Value *out)
{
    Value *a = out->parents[0], *b = out->parents[1];
    a->grad = b->data * out->grad;
    b->grad = a->data * out->grad;
}
static Value *mul_stores(Value *a, Value *b)
{
    return value_make(a->data * b->data, a, b, mul_stores_backward);
}

static void stores_with(const char *how, Two add, Two mul)
{
    Value *a = value_leaf(3), *b = add(a, a), *c = add(b, b);
    value_backward(c);
    printf("%-8s  %-22s  dc %g, db %g, da %g\n", how, "b = a + a, c = b + b", (double)c->grad,
           (double)b->grad, (double)a->grad);
    Value *x = value_leaf(2), *y = value_leaf(3);
    value_backward(mul(add(x, y), mul(x, y)));
    printf("%-8s  %-22s  dx %g, dy %g\n", "", "(x + y)(xy)", (double)x->grad, (double)y->grad);
}

static void stores(void)
{
    stores_with("added", value_add, value_mul);
    stores_with("stored", add_stores, mul_stores);
    printf("\nBy chapter 01's rules da is 4, dx 21, dy 16. Where every Value has one use only,\n"
           "and its gradient was 0 before, = gives the right numbers: small tests pass.\n");
}

/* ---- order: a parent passed on before all of its users had added ---- */

static void gradients_clear(Value *value)
{
    value->grad = 0;
    for (int i = 0; i < 2; i++)
        if (value->parents[i] != NULL)
            gradients_clear(value->parents[i]);
}

/* For graphs of sums only, whose local slopes are 1: takes a share, and passes on at once. */
static void pass_each_share(Value *value, real share)
{
    value->grad += share;
    for (int i = 0; i < 2; i++)
        if (value->parents[i] != NULL)
            pass_each_share(value->parents[i], value->grad);
}

/* Each Value once, but in the order in which they are met from the end, not after all its users. */
static void pass_as_met(Value *value, uint64_t walk)
{
    value->visit = walk;
    value->backward(value);
    for (int i = 0; i < 2; i++) {
        Value *parent = value->parents[i];
        if (parent != NULL && parent->backward != NULL && parent->visit != walk)
            pass_as_met(parent, walk);
    }
}

static real slope_as_met(Value *a, Value *out)
{
    gradients_clear(out);
    out->grad = 1;
    pass_as_met(out, UINT64_MAX); /* a number that value_backward has not come to */
    return a->grad;
}

static void order(void)
{
    Value *a = value_leaf(3), *b = value_add(a, a), *c = value_add(b, b);
    value_backward(c);
    printf("b = a + a, c = b + b at 3, in topological order: db %g, da %g\n", (double)b->grad,
           (double)a->grad);
    gradients_clear(c);
    pass_each_share(c, 1);
    printf("b passes on after each share, 1 and then 2:       db %g, da %g\n\n", (double)b->grad,
           (double)a->grad);
    printf("b = a + a, s = b b at 3; the slope along a is 2 (1 + 2b) = 26\n");
    for (int turned = 0; turned < 2; turned++) {
        a = value_leaf(3), b = value_add(a, a);
        Value *s = value_mul(b, b), *out = turned ? value_add(s, b) : value_add(b, s);
        real met = slope_as_met(a, out);
        a->grad = 0;
        value_backward(out);
        printf("  %s: in topological order %g, each as it is met %g\n", turned ? "s + b" : "b + s",
               (double)a->grad, (double)met);
    }
    printf("The wrong order is right by luck in one of two ways to write the same sum.\n");
}

/* ---- never-zeroed ---- */

static void descend(const char *how, bool zeroed)
{
    Value w = value_parameter(0);
    printf("%-14s", how);
    for (int step = 0; step <= 40; step++) {
        ValueMark mark = value_mark();
        Value *loss = value_pow(value_sub(&w, value_leaf(3)), 2);
        if (zeroed)
            value_zero_grad(&w, 1);
        value_backward(loss);
        if (step % 5 == 0)
            printf(" %6.3f", (double)w.data);
        w.data -= (real)0.1 * w.grad;
        value_release(mark);
    }
    printf("\n");
}

static void never_zeroed(void)
{
    printf("w after 0, 5, 10, ... 40 steps at rate 0.1 down (w - 3)^2, from 0:\n");
    descend("zeroed", true);
    descend("never zeroed", false);
    printf("\nWithout zeroing each step uses the sum of all gradients so far. At the lowest\n"
           "point that sum is not 0, and the walk swings to and fro for ever.\n");
}

/* ---- lucky-square ---- */

static void mul_own_backward(Value *out)
{
    Value *a = out->parents[0], *b = out->parents[1];
    a->grad += a->data * out->grad;
    b->grad += b->data * out->grad;
}
static Value *mul_own(Value *a, Value *b)
{
    return value_make(a->data * b->data, a, b, mul_own_backward);
}

static void lucky_square(void)
{
    static const struct {
        const char *how;
        Two mul;
    } ways[] = {{"the other's value", value_mul}, {"its own value", mul_own}};
    for (int i = 0; i < 2; i++) {
        Value *a = value_leaf(3), *b = value_leaf(2), *c = value_leaf(-3);
        value_backward(ways[i].mul(a, a));
        value_backward(ways[i].mul(b, c));
        printf("each weighed with %-17s  a*a at 3: da %g    b*c at 2, -3: db %g, dc %g\n",
               ways[i].how, (double)a->grad, (double)b->grad, (double)c->grad);
    }
    printf("\nA test on a*a alone accepts both.\n");
}

/* ---- tanh-of-input ---- */

static void tanh_of_input(void)
{
    printf("      a    tanh a    1 - out^2    1 - a^2    measured\n");
    static const real points[] = {0, (real)0.1, (real)0.5, 1, 2};
    for (int i = 0; i < 5; i++) {
        real a = points[i], out = tanh(a), h = (real)1e-3;
        real measured =
            (8 * (tanh(a + h) - tanh(a - h)) - tanh(a + 2 * h) + tanh(a - 2 * h)) / (12 * h);
        printf("  %5.2f  %8.4f     %8.4f   %8.4f    %8.4f\n", (double)a, (double)out,
               (double)(1 - out * out), (double)(1 - a * a), (double)measured);
    }
    printf("\nNear 0, where small networks begin, the two agree to a few digits.\n");
}

/* ---- entered-again ---- */

static size_t enter_again(const Value *value)
{
    size_t visits = 1;
    for (int i = 0; i < 2; i++)
        if (value->parents[i] != NULL)
            visits += enter_again(value->parents[i]);
    return visits;
}

static void entered_again(void)
{
    printf("a doubled n times, out = out + out: how often a walk enters a Value\n");
    printf("   n   each once   again for each use\n");
    Value *out = value_leaf(1);
    for (int n = 1; n <= 24; n++) {
        out = value_add(out, out);
        if (n % 6 == 0)
            printf("  %2d   %9d   %18zu\n", n, n + 1, enter_again(out));
    }
    printf("\nAt n = 60 the second column would be 2305843009213693951: at a thousand million\n"
           "a second, 73 years.\n");
}

/* ---- stale-gradient ---- */

static void pass_twice(Value *a, Value *square, Value *fourth, bool anew)
{
    a->grad = square->grad = 0;
    for (int pass = 0; pass < 2; pass++) {
        if (anew)
            square->grad = 0;
        fourth->grad = 1;
        fourth->backward(fourth);
        square->backward(square);
    }
}

static void stale_gradient(void)
{
    Value *a = value_leaf(3), *square = value_mul(a, a), *fourth = value_mul(square, square);
    printf("(a a)(a a) at 3, whose slope is 4 a^3 = 108; backward run twice over one graph\n");
    pass_twice(a, square, fourth, true);
    printf("  a a begins at 0 each time:      its grad %3g, the leaf's %g = 108 + 108\n",
           (double)square->grad, (double)a->grad);
    pass_twice(a, square, fourth, false);
    printf("  a a keeps what the first left:  its grad %3g, the leaf's %g\n", (double)square->grad,
           (double)a->grad);
}

/* ---- dead-value ---- */

static const char *number_text(real number, char text[static 16])
{
    snprintf(text, 16, "%.4g", (double)number);
    return isnan(number) ? "NaN" : text;
}

static void dead_value(void)
{
    char text[16];
    printf("                 e^1    the same pointer    after two more Values\n");
    printf("                        after the release   were made\n");
    for (int poison = 0; poison < 2; poison++) {
        arena_set_poison(poison);
        ValueMark before = value_mark(), mark = value_mark();
        Value *kept = value_exp(value_leaf(1));
        printf("  %s poison %.4g", poison ? "with   " : "without", (double)kept->data);
        value_release(mark);
        printf("  %-18s", number_text(kept->data, text));
        value_leaf(5);
        value_leaf(42);
        printf("  %s\n", number_text(kept->data, text));
        value_release(before);
    }
    arena_set_poison(false);
    printf("\nWithout poison the dead number looks alive until its place is used again.\n");
}

/* ---- zero-power ---- */

static void zero_power(void)
{
    const real a = 0, n = 0;
    Value *leaf = value_leaf(a);
    value_backward(value_pow(leaf, n));
    printf("a^0 at a = 0: the slope of a function that is 1 everywhere is %g\n",
           (double)leaf->grad);
    printf("n a^(n-1), computed as it stands: 0 * 0^-1 = %g * %g = %s\n", (double)n,
           (double)pow(a, n - 1), isnan(n * pow(a, n - 1)) ? "NaN" : "a number");
}

int main(int argc, char **argv)
{
    static const Pitfall pitfalls[] = {
        {"stores", "a share stored with = where it must be added", stores},
        {"order", "a gradient passed on before all of its shares are there", order},
        {"never-zeroed", "training without zeroing the gradients", never_zeroed},
        {"lucky-square", "each factor weighed with itself: right for a square", lucky_square},
        {"tanh-of-input", "1 - a^2 for 1 - out^2", tanh_of_input},
        {"entered-again", "a walk that enters a Value once for each use", entered_again},
        {"stale-gradient", "interior gradients left from the backward before", stale_gradient},
        {"dead-value", "a Value used after its release", dead_value},
        {"zero-power", "0 times infinity in the slope of a^0", zero_power},
    };
    return pitfalls_main(argc, argv, pitfalls, sizeof pitfalls / sizeof *pitfalls);
}
