/* The gate of chapter 02: every operation of the scalar engine, alone and with its operands reused;
 * graphs that share, repeat and cross their Values; and what value_backward promises besides: a
 * chain of a million, gradients that accumulate in leaves and start anew inside. */
#include "value/value.h"

enum { POINTS = 7, MOST = 2 * POINTS };

/* ---- operations: each at seven random points, with seven random upstreams ---- */

typedef enum { ANY, POSITIVE, AWAY_FROM_ZERO } Domain;

/* One operation as Values and, another way, as plain numbers; of one operand or of two. */
typedef struct {
    const char *name;
    Value *(*one)(Value *a);
    real (*plain_one)(real a);
    Value *(*two)(Value *a, Value *b);
    real (*plain_two)(real a, real b);
    Domain domain;
} Operation;

static void operation_graph(Value *const *x, Value **y, const void *context)
{
    const Operation *operation = context;
    for (size_t j = 0; j < POINTS; j++)
        y[j] = operation->two != NULL ? operation->two(x[j], x[POINTS + j]) : operation->one(x[j]);
}

static void operation_plain(const real *x, real *y, const void *context)
{
    const Operation *operation = context;
    for (size_t j = 0; j < POINTS; j++)
        y[j] = operation->two != NULL ? operation->plain_two(x[j], x[POINTS + j])
                                      : operation->plain_one(x[j]);
}

static real draw(Domain domain)
{
    if (domain == ANY)
        return (real)(float)random_normal(gate_random());
    /* From 0.25 to 2: far enough from 0 that the slopes of log, 1/x and x^-1.5 stay measurable. */
    double size = 0.25 + 1.75 * random_uniform(gate_random());
    bool minus = random_bits(gate_random()) & 1;
    return (real)(float)(domain == AWAY_FROM_ZERO && minus ? -size : size);
}

static void check_operation(const Operation *operation)
{
    Value leaves[MOST], *x[MOST];
    for (size_t i = 0; i < MOST; i++) {
        leaves[i] = value_parameter(draw(operation->domain));
        x[i] = &leaves[i];
    }
    value_check(&(ValueCheck){.name = operation->name,
                              .x = x,
                              .inputs = operation->two != NULL ? MOST : POINTS,
                              .outputs = POINTS,
                              .graph = operation_graph,
                              .plain = operation_plain,
                              .context = operation});
}

static Value *add_itself(Value *a) { return value_add(a, a); }
static Value *sub_itself(Value *a) { return value_sub(a, a); }
static Value *mul_itself(Value *a) { return value_mul(a, a); }
static Value *div_itself(Value *a) { return value_div(a, a); }
static Value *pow_cube(Value *a) { return value_pow(a, 3); }
static Value *pow_inverse(Value *a) { return value_pow(a, -1); }
static Value *pow_broken(Value *a) { return value_pow(a, (real)-1.5); }
static Value *pow_zero(Value *a) { return value_pow(a, 0); }

static real plain_add(real a, real b) { return a - -b; }
static real plain_sub(real a, real b) { return -(b - a); }
static real plain_mul(real a, real b) { return ((a + b) * (a + b) - (a - b) * (a - b)) / 4; }
static real plain_div(real a, real b) { return a * (1 / b); }
static real plain_double(real a) { return 2 * a; }
static real plain_nothing(real a) { return 0 * a; }
static real plain_square(real a) { return fabs(a) * fabs(a); }
static real plain_one(real a) { return 0 * a + 1; }
static real plain_cube(real a) { return a * a * a; }
static real plain_inverse(real a) { return 1 / a; }
static real plain_broken(real a) { return 1 / (a * sqrt(a)); }
static real plain_neg(real a) { return 0 - a; }

/* The series 1 + a + a^2/2! + ..., of |a| so that nothing cancels. */
static real plain_exp(real a)
{
    real term = 1, sum = 1;
    for (int n = 1; n < 40; n++) {
        term *= fabs(a) / (real)n;
        sum += term;
    }
    return a < 0 ? 1 / sum : sum;
}

/* ln a = 2 artanh z with z = (a - 1) / (a + 1), by its series; |z| is at most 0.6. */
static real plain_log(real a)
{
    real z = (a - 1) / (a + 1), power = z, sum = 0;
    for (int n = 1; n < 90; n += 2) {
        sum += power / (real)n;
        power *= z * z;
    }
    return 2 * sum;
}

static real plain_tanh(real a) { return 1 - 2 / (plain_exp(2 * a) + 1); }
static real plain_relu(real a) { return (a + fabs(a)) / 2; }
static real plain_sigmoid(real a) { return (1 + tanh(a / 2)) / 2; }

static void check_operations(void)
{
    static const Operation operations[] = {
        {"value_add a + b", NULL, NULL, value_add, plain_add, ANY},
        {"value_add a + a", add_itself, plain_double, NULL, NULL, ANY},
        {"value_sub a - b", NULL, NULL, value_sub, plain_sub, ANY},
        {"value_sub a - a", sub_itself, plain_nothing, NULL, NULL, ANY},
        {"value_mul a * b", NULL, NULL, value_mul, plain_mul, ANY},
        {"value_mul a * a", mul_itself, plain_square, NULL, NULL, ANY},
        {"value_div a / b", NULL, NULL, value_div, plain_div, AWAY_FROM_ZERO},
        {"value_div a / a", div_itself, plain_one, NULL, NULL, AWAY_FROM_ZERO},
        {"value_pow a^3", pow_cube, plain_cube, NULL, NULL, AWAY_FROM_ZERO},
        {"value_pow a^-1", pow_inverse, plain_inverse, NULL, NULL, AWAY_FROM_ZERO},
        {"value_pow a^-1.5", pow_broken, plain_broken, NULL, NULL, POSITIVE},
        {"value_pow a^0", pow_zero, plain_one, NULL, NULL, ANY},
        {"value_neg -a", value_neg, plain_neg, NULL, NULL, ANY},
        {"value_exp e^a", value_exp, plain_exp, NULL, NULL, ANY},
        {"value_log ln a", value_log, plain_log, NULL, NULL, POSITIVE},
        {"value_tanh tanh a", value_tanh, plain_tanh, NULL, NULL, ANY},
        {"value_relu a on both sides of 0", value_relu, plain_relu, NULL, NULL, AWAY_FROM_ZERO},
        {"value_sigmoid 1 / (1 + e^-a)", value_sigmoid, plain_sigmoid, NULL, NULL, ANY},
    };
    for (size_t i = 0; i < sizeof operations / sizeof *operations; i++)
        check_operation(&operations[i]);
}

/* ---- graphs ---- */

static void square_graph(Value *const *x, Value **y, const void *context)
{
    (void)context;
    y[0] = value_pow(value_add(value_mul(x[0], x[1]), x[2]), 2);
}
static void square_plain(const real *x, real *y, const void *context)
{
    (void)context;
    real ab = x[0] * x[1];
    y[0] = ab * ab + 2 * ab * x[2] + x[2] * x[2];
}

/* s is used twice on the way to c: the order decides whether b passes on all of its gradient. */
static void diamond_graph(Value *const *x, Value **y, const void *context)
{
    (void)context;
    Value *b = value_add(x[0], x[0]);
    Value *c = value_add(b, b);
    Value *s = value_tanh(b);
    y[0] = value_mul(value_exp(s), value_add(c, value_mul(s, x[1])));
}
static void diamond_plain(const real *x, real *y, const void *context)
{
    (void)context;
    real s = tanh(2 * x[0]);
    y[0] = exp(s) * (4 * x[0] + s * x[1]);
}

/* Outputs that are computed from one another, a leaf among them, and one that repeats. */
static void chained_graph(Value *const *x, Value **y, const void *context)
{
    (void)context;
    y[0] = value_mul(x[0], x[1]);
    y[1] = value_sigmoid(y[0]);
    y[2] = value_sub(y[1], y[0]);
    y[3] = x[1];
    y[4] = y[1];
}
static void chained_plain(const real *x, real *y, const void *context)
{
    (void)context;
    y[0] = x[0] * x[1];
    y[1] = 1 / (1 + exp(-y[0]));
    y[2] = y[1] - y[0];
    y[3] = x[1];
    y[4] = y[1];
}

/* Forty Values, each computed from two drawn among all before it: uses repeat, cross and skip. */
enum { WEB_LEAVES = 5, WEB = 40 };
typedef struct {
    size_t left[WEB], right[WEB], operation[WEB];
} Web;

static void web_draw(Web *web)
{
    for (size_t k = WEB_LEAVES; k < WEB; k++) {
        web->left[k] = random_below(gate_random(), k);
        web->right[k] = random_below(gate_random(), k);
        web->operation[k] = random_below(gate_random(), 4);
    }
}

static void web_graph(Value *const *x, Value **y, const void *context)
{
    const Web *web = context;
    Value *v[WEB];
    for (size_t k = 0; k < WEB; k++) {
        if (k < WEB_LEAVES)
            v[k] = x[k];
        else if (web->operation[k] == 0)
            v[k] = value_sigmoid(value_add(v[web->left[k]], v[web->right[k]]));
        else if (web->operation[k] == 1)
            v[k] = value_tanh(value_mul(v[web->left[k]], v[web->right[k]]));
        else if (web->operation[k] == 2)
            v[k] = value_sub(value_sigmoid(v[web->left[k]]), v[web->right[k]]);
        else
            v[k] = value_tanh(v[web->left[k]]);
    }
    for (size_t j = 0; j < 3; j++)
        y[j] = v[WEB - 1 - 4 * j];
}

static void web_plain(const real *x, real *y, const void *context)
{
    const Web *web = context;
    real v[WEB];
    for (size_t k = 0; k < WEB; k++) {
        real a = k < WEB_LEAVES ? 0 : v[web->left[k]], b = k < WEB_LEAVES ? 0 : v[web->right[k]];
        switch (k < WEB_LEAVES ? 4 : web->operation[k]) {
        case 0:
            v[k] = 1 / (1 + exp(-a - b));
            break;
        case 1:
            v[k] = tanh(a * b);
            break;
        case 2:
            v[k] = 1 / (1 + exp(-a)) - b;
            break;
        case 3:
            v[k] = tanh(a);
            break;
        default:
            v[k] = x[k];
        }
    }
    for (size_t j = 0; j < 3; j++)
        y[j] = v[WEB - 1 - 4 * j];
}

static void check_graph(const char *name, ValueGraph graph, ValuePlain plain, size_t inputs,
                        size_t outputs, const void *context)
{
    Value leaves[MOST], *x[MOST];
    for (size_t i = 0; i < inputs; i++) {
        leaves[i] = value_parameter(draw(POSITIVE));
        x[i] = &leaves[i];
    }
    value_check(&(ValueCheck){.name = name,
                              .x = x,
                              .inputs = inputs,
                              .outputs = outputs,
                              .graph = graph,
                              .plain = plain,
                              .context = context});
}

static void check_graphs(void)
{
    check_graph("value_backward (ab + c)^2", square_graph, square_plain, 3, 1, NULL);
    check_graph("value_backward a diamond", diamond_graph, diamond_plain, 2, 1, NULL);
    check_graph("value_backward outputs that share", chained_graph, chained_plain, 2, 5, NULL);
    static const char *const names[] = {"value_backward a web of 40 Values",
                                        "value_backward another web", "value_backward a third web"};
    for (size_t i = 0; i < 3; i++) {
        Web web;
        web_draw(&web);
        check_graph(names[i], web_graph, web_plain, WEB_LEAVES, 3, &web);
    }
}

/* ---- numbers worked by hand in the lesson: exact in both precisions ---- */

static bool is(const Value *value, double data, double grad)
{
    return (double)value->data == data && (double)value->grad == grad;
}

/* Each operation at one point, with an upstream of 1. */
static void check_points(void)
{
    Value *a = value_leaf(2), *b = value_leaf(3), *out = value_add(a, b);
    value_backward(out);
    gate_check("value_add 2 + 3", is(out, 5, 1) && is(a, 2, 1) && is(b, 3, 1), "5: 1, 1");
    a = value_leaf(2), b = value_leaf(3), out = value_sub(a, b);
    value_backward(out);
    gate_check("value_sub 2 - 3", is(out, -1, 1) && is(a, 2, 1) && is(b, 3, -1), "-1: 1, -1");
    a = value_leaf(2), b = value_leaf(-3), out = value_mul(a, b);
    value_backward(out);
    gate_check("value_mul 2 * -3", is(out, -6, 1) && is(a, 2, -3) && is(b, -3, 2), "-6: -3, 2");
    a = value_leaf(3), b = value_leaf(4), out = value_div(a, b);
    value_backward(out);
    gate_check("value_div 3 / 4", is(out, 0.75, 1) && is(a, 3, 0.25) && is(b, 4, -0.1875),
               "3/4: 1/4, -3/16");
    a = value_leaf(2), out = value_pow(a, 3);
    value_backward(out);
    gate_check("value_pow 2^3", is(out, 8, 1) && is(a, 2, 12), "8: 12");
    a = value_leaf(2), out = value_neg(a);
    value_backward(out);
    gate_check("value_neg 2", is(out, -2, 1) && is(a, 2, -1), "-2: -1");
    a = value_leaf(0), out = value_exp(a);
    value_backward(out);
    gate_check("value_exp 0", is(out, 1, 1) && is(a, 0, 1), "1: 1");
    a = value_leaf(1), out = value_log(a);
    value_backward(out);
    gate_check("value_log 1", is(out, 0, 1) && is(a, 1, 1), "0: 1");
    a = value_leaf(0), out = value_tanh(a);
    value_backward(out);
    gate_check("value_tanh 0", is(out, 0, 1) && is(a, 0, 1), "0: 1");
    a = value_leaf(3), out = value_relu(a);
    value_backward(out);
    gate_check("value_relu 3", is(out, 3, 1) && is(a, 3, 1), "3: 1");
    a = value_leaf(-2), out = value_relu(a);
    value_backward(out);
    gate_check("value_relu -2", is(out, 0, 1) && is(a, -2, 0), "0: 0");
    a = value_leaf(0), out = value_sigmoid(a);
    value_backward(out);
    gate_check("value_sigmoid 0", is(out, 0.5, 1) && is(a, 0, 0.25), "1/2: 1/4");
}

/* Expressions. */
static void check_worked(void)
{
    Value *a = value_leaf(2), *b = value_leaf(-3), *c = value_leaf(10);
    Value *out = value_pow(value_add(value_mul(a, b), c), 2);
    value_backward(out);
    gate_check("value_backward (ab + c)^2 at 2, -3, 10",
               is(out, 16, 1) && is(a, 2, -24) && is(b, -3, 16) && is(c, 10, 8), "16: -24, 16, 8");

    Value *x = value_leaf(2), *w = value_leaf(3), *bias = value_leaf(1), *y = value_leaf(5);
    Value *error = value_sub(value_add(value_mul(x, w), bias), y);
    out = value_mul(error, error);
    value_backward(out);
    gate_check("value_backward (xw + b - y)^2 at 2, 3, 1, 5",
               is(out, 4, 1) && is(x, 2, 12) && is(w, 3, 8) && is(bias, 1, 4) && is(y, 5, -4),
               "4: 12, 8, 4, -4");

    x = value_leaf(2), y = value_leaf(3);
    out = value_mul(value_add(x, y), value_mul(x, y));
    value_backward(out);
    gate_check("value_backward (x + y)(xy) at 2, 3", is(out, 30, 1) && is(x, 2, 21) && is(y, 3, 16),
               "30: 21, 16");

    a = value_leaf(3), b = value_add(a, a), c = value_add(b, b);
    value_backward(c);
    gate_check("value_backward b = a + a, c = b + b", is(a, 3, 4) && is(b, 6, 2) && is(c, 12, 1),
               "4, 2, 1");

    a = value_leaf(0), out = value_pow(a, 0);
    value_backward(out);
    gate_check("value_pow 0^0", is(out, 1, 1) && is(a, 0, 0), "1, slope 0");
    a = value_leaf(0), out = value_pow(a, 3);
    value_backward(out);
    gate_check("value_pow 0^3", is(out, 0, 1) && is(a, 0, 0), "0, slope 0");
    a = value_leaf(0), out = value_relu(a);
    value_backward(out);
    gate_check("value_relu at its kink", is(out, 0, 1) && is(a, 0, 0), "0, slope 0 by choice");
    gate_check("value_relu of NaN", isnan(value_relu(value_leaf(NAN))->data), "stays NaN");
}

/* ---- promises of value_backward ---- */

static void check_promises(void)
{
    Value *a = value_leaf(1), *out = a;
    for (int i = 0; i < 500000; i++)
        out = value_neg(value_add(out, a)); /* 1, -2, 1, -2, ... : the slope comes out as 0 or 1 */
    value_backward(out);
    gate_check("value_backward a chain of a million", is(out, 1, 1) && is(a, 1, 1), "1, slope 1");

    a = value_leaf(1), out = a;
    for (int i = 0; i < 60; i++)
        out = value_add(out, out);
    value_backward(out);
    gate_check("value_backward doubled sixty times", is(a, 1, 0x1p60),
               "2^60, each Value visited once");

    a = value_leaf(3);
    Value *square = value_mul(a, a);
    Value *fourth = value_mul(square, square);
    gate_check("value_make a gradient nobody computed", isnan(square->grad), "is NaN");
    value_backward(fourth);
    value_backward(fourth);
    gate_check("value_backward twice", is(a, 3, 216) && is(square, 9, 18),
               "a leaf holds the sum, an interior Value one");
    value_backward(square); /* after the whole, a part */
    gate_check("value_backward of a part", is(a, 3, 222) && is(square, 9, 1) && is(fourth, 81, 1),
               "216 + 6, and what is outside the part stays");
    value_zero_grad(a, 1);
    value_backward(a);
    gate_check("value_backward of a leaf", is(a, 3, 1), "1");

    Value leaves[3] = {value_parameter(2), value_parameter(5), value_parameter(7)};
    value_backward(value_mul(value_mul(&leaves[0], &leaves[1]), &leaves[2]));
    bool added = is(&leaves[0], 2, 35) && is(&leaves[1], 5, 14) && is(&leaves[2], 7, 10);
    value_zero_grad(leaves, 2);
    gate_check("value_zero_grad two leaves of three",
               added && is(&leaves[0], 2, 0) && is(&leaves[1], 5, 0) && is(&leaves[2], 7, 10),
               "and not the third");
}

static void check_memory(void)
{
    size_t early = 0, late = 0;
    Value weight = value_parameter(1);
    for (int step = 1; step <= 100; step++) {
        ValueMark mark = value_mark();
        Value *out = &weight;
        for (int i = 0; i < 3000; i++)
            out = value_tanh(out);
        value_backward(out);
        value_release(mark);
        if (step == 2)
            early = value_memory();
        late = value_memory();
    }
    gate_check("value_release memory at step 100", early == late, "as at step 2");
    Value *kept = value_leaf(5);
    ValueMark mark = value_mark();
    Value *dead = value_leaf(7);
    value_release(mark);
    Value *next = value_leaf(6);
    gate_check("value_release spares what was there before",
               is(kept, 5, 0) && is(next, 6, 0) && next == kept + 1 && isnan(dead->data),
               "and fills the dead with NaN");
}

int main(int argc, char **argv)
{
    gate_begin(argc, argv, "02-value");
    check_operations();
    check_graphs();
    check_points();
    check_worked();
    check_promises();
    check_memory();
    value_free_pool();
    return gate_end();
}
