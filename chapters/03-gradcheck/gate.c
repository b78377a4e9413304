/* The gate of chapter 03: is the checker itself to be trusted? A checker that accepts everything
 * prints the same table as one that works. So it is given gradients that are wrong on purpose,
 * negative controls, and must reject each in the column that the mistake belongs to; it is given
 * right ones, positive controls, and must accept them; and its blind spots are shown as such. */
#include "value/value.h"

enum { POINTS = 5 };
static const double FORWARD_ALLOWED = 1e-12, GRADIENT_ALLOWED = 1e-8;

/* ---- operations with a slip each, made as any operation is made ---- */

/* Forgets the square: the slope of tanh is 1 - out^2. */
static void tanh_wrong_backward(Value *out)
{
    out->parents[0]->grad += (1 - out->data) * out->grad;
}
static Value *tanh_wrong(Value *a)
{
    return value_make(tanh(a->data), a, NULL, tanh_wrong_backward);
}

/* Stores where it must add. */
static void exp_stores_backward(Value *out) { out->parents[0]->grad = out->data * out->grad; }
static Value *exp_stores(Value *a)
{
    return value_make(exp(a->data), a, NULL, exp_stores_backward);
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

/* Weighs each operand with itself instead of with the other. */
static void mul_swapped_backward(Value *out)
{
    Value *a = out->parents[0], *b = out->parents[1];
    a->grad += a->data * out->grad;
    b->grad += b->data * out->grad;
}
static Value *mul_swapped(Value *a, Value *b)
{
    return value_make(a->data * b->data, a, b, mul_swapped_backward);
}

/* Passes on its local slope and forgets what came from above. */
static void sigmoid_deaf_backward(Value *out)
{
    out->parents[0]->grad += out->data * (1 - out->data);
}
static Value *sigmoid_deaf(Value *a)
{
    return value_make(1 / (1 + exp(-a->data)), a, NULL, sigmoid_deaf_backward);
}

/* Passes everything through: the factor out is missing. */
static void exp_flat_backward(Value *out) { out->parents[0]->grad += out->grad; }
static Value *exp_flat(Value *a) { return value_make(exp(a->data), a, NULL, exp_flat_backward); }

/* Both halves agree with each other, and not with log: this is the logarithm to base 2. */
static void log_other_backward(Value *out)
{
    const real ln2 = 0.693147180559945309417;
    out->parents[0]->grad += out->grad / (out->parents[0]->data * ln2);
}
static Value *log_other(Value *a) { return value_make(log2(a->data), a, NULL, log_other_backward); }

/* Passes nothing on. */
static void neg_silent_backward(Value *out) { (void)out; }
static Value *neg_silent(Value *a) { return value_make(-a->data, a, NULL, neg_silent_backward); }

/* Computes with a Value that it has released. */
static Value *exp_of_the_dead(Value *a)
{
    ValueMark mark = value_mark();
    Value *dead = value_exp(a);
    value_release(mark);
    return value_add(value_leaf(dead->data), value_sub(a, a));
}

/* Right for positive inputs; lets the gradient through for negative ones too. */
static void relu_leaks_backward(Value *out) { out->parents[0]->grad += out->grad; }
static Value *relu_leaks(Value *a)
{
    return value_make(a->data > 0 ? a->data : 0, a, NULL, relu_leaks_backward);
}

/* ---- graphs of five outputs from five inputs ---- */

typedef struct {
    Value *(*op)(Value *a);
    real (*plain)(real a);
} Unary;

static void each_graph(Value *const *x, Value **y, const void *context)
{
    const Unary *unary = context;
    for (size_t i = 0; i < POINTS; i++)
        y[i] = unary->op(x[i]);
}
static void each_plain(const real *x, real *y, const void *context)
{
    const Unary *unary = context;
    for (size_t i = 0; i < POINTS; i++)
        y[i] = unary->plain(x[i]);
}

/* Neighbours in a ring multiplied: every input is used twice. */
typedef struct {
    Value *(*op)(Value *a, Value *b);
} Binary;

static void ring_graph(Value *const *x, Value **y, const void *context)
{
    const Binary *binary = context;
    for (size_t i = 0; i < POINTS; i++)
        y[i] = binary->op(x[i], x[(i + 1) % POINTS]);
}
static void ring_plain(const real *x, real *y, const void *context)
{
    (void)context;
    for (size_t i = 0; i < POINTS; i++)
        y[i] = x[i] * x[(i + 1) % POINTS];
}

/* Softmax of the five inputs with any exp: its outputs sum to 1 whatever the inputs are. */
static void softmax_graph(Value *const *x, Value **y, const void *context)
{
    const Unary *unary = context;
    Value *sum = y[0] = unary->op(x[0]);
    for (size_t i = 1; i < POINTS; i++)
        sum = value_add(sum, y[i] = unary->op(x[i]));
    for (size_t i = 0; i < POINTS; i++)
        y[i] = value_div(y[i], sum);
}
static void softmax_plain(const real *x, real *y, const void *context)
{
    (void)context;
    for (size_t i = 0; i < POINTS; i++) {
        real inverse = 0;
        for (size_t j = 0; j < POINTS; j++)
            inverse += exp(x[j] - x[i]);
        y[i] = 1 / inverse;
    }
}

static real plain_tanh(real a) { return 1 - 2 / (exp(2 * a) + 1); }
static real plain_exp(real a)
{
    real half = exp(a / 2);
    return half * half;
}
static real plain_neg(real a) { return 0 - a; }
static real plain_log(real a) { return 2 * log(sqrt(a)); }
static real plain_sigmoid(real a) { return (1 + tanh(a / 2)) / 2; }
static real plain_relu(real a) { return (a + fabs(a)) / 2; }

/* ---- controls ---- */

typedef struct {
    ValueGraph graph;
    ValuePlain plain;
} Shape;

typedef struct {
    const char *name;
    const Shape *shape;
    const void *operation;
    const real *upstream;
    const real *x;
    bool forward, fresh, added; /* what the checker must find right */
} Control;

static const char *word(bool right) { return right ? "right" : "wrong"; }

static ValueCheck check_of(const Control *control, Value *leaves, Value **x)
{
    for (size_t i = 0; i < POINTS; i++) {
        leaves[i] = value_parameter(control->x[i]);
        x[i] = &leaves[i];
    }
    return (ValueCheck){.name = control->name,
                        .x = x,
                        .inputs = POINTS,
                        .outputs = POINTS,
                        .graph = control->shape->graph,
                        .plain = control->shape->plain,
                        .context = control->operation,
                        .upstream = control->upstream};
}

/* A positive control is a row like any other. */
static void run_accepted(const Control *control)
{
    Value leaves[POINTS], *x[POINTS];
    ValueCheck check = check_of(control, leaves, x);
    value_check(&check);
}

static void run_control(const Control *control)
{
    Value leaves[POINTS], *x[POINTS];
    ValueCheck check = check_of(control, leaves, x);
    GateRow row = value_measure(&check);
    if (gate_is_float()) {
        /* No differences in float; but even a wrong gradient is the same in both builds. With an
         * upstream of ones it may be nothing but round-off, which is not. */
        if (control->upstream == NULL)
            gate_check(control->name, row.precision <= 1e-5, "in float as in double");
        return;
    }
    bool forward = row.forward <= FORWARD_ALLOWED;
    bool fresh = row.fresh <= GRADIENT_ALLOWED, added = row.added <= GRADIENT_ALLOWED;
    bool as_expected =
        forward == control->forward && fresh == control->fresh && added == control->added;
    gate_check(control->name, as_expected, "forward %s, fresh %s, added %s", word(forward),
               word(fresh), word(added));
}

static void check_controls(void)
{
    static const Shape each = {each_graph, each_plain}, ring = {ring_graph, ring_plain};
    static const Shape softmax = {softmax_graph, softmax_plain};
    static const real ones[POINTS] = {1, 1, 1, 1, 1};
    static const real both[POINTS] = {-1.25, 0.75, -0.5, 1.5, 0.375};
    static const real positive[POINTS] = {1.25, 0.75, 0.5, 1.5, 0.375};
    /* A poke of 2^-10 to either side of 2^-11 crosses the kink of relu at 0. */
    static const real at_kink[POINTS] = {-1.25, 0.75, 0x1p-11, 1.5, 0.375};
    static const Unary right_tanh = {value_tanh, plain_tanh}, wrong_tanh = {tanh_wrong, plain_tanh};
    static const Unary right_exp = {value_exp, plain_exp}, stores = {exp_stores, plain_exp};
    static const Unary flat = {exp_flat, plain_exp}, deaf = {sigmoid_deaf, plain_sigmoid};
    static const Unary other = {log_other, plain_log}, right_log = {value_log, plain_log};
    static const Unary right_relu = {value_relu, plain_relu}, leaks = {relu_leaks, plain_relu};
    static const Unary silent = {neg_silent, plain_neg};
    static const Binary right_mul = {value_mul}, swapped = {mul_swapped},
                        ring_stores = {mul_stores};
    const Control accepted[] = {
        {"value_check accepts tanh", &each, &right_tanh, NULL, both, 1, 1, 1},
        {"value_check accepts log", &each, &right_log, NULL, positive, 1, 1, 1},
        {"value_check accepts a ring of products", &ring, &right_mul, NULL, both, 1, 1, 1},
        {"value_check accepts softmax", &softmax, &right_exp, NULL, both, 1, 1, 1},
    };
    const Control controls[] = {
        {"value_check rejects tanh' = 1 - y", &each, &wrong_tanh, NULL, both, 1, 0, 0},
        {"value_check rejects swapped operands", &ring, &swapped, NULL, both, 1, 0, 0},
        {"value_check rejects = where uses meet", &ring, &ring_stores, NULL, both, 1, 0, 0},
        {"value_check rejects = on a used buffer", &each, &stores, NULL, both, 1, 1, 0},
        {"value_check rejects both halves wrong", &each, &other, NULL, positive, 0, 1, 1},
        {"value_check rejects upstream ignored", &each, &deaf, NULL, both, 1, 0, 0},
        {"value_check with ones: misses that", &each, &deaf, ones, both, 1, 1, 1},
        {"value_check rejects softmax, exp wrong", &softmax, &flat, NULL, both, 1, 0, 0},
        {"value_check with ones: misses that too", &softmax, &flat, ones, both, 1, 1, 1},
        {"value_check rejects a backward left out", &each, &silent, NULL, both, 1, 0, 0},
        {"value_check rejects a relu that leaks", &each, &leaks, NULL, both, 1, 0, 0},
        {"value_check where inputs never go: misses", &each, &leaks, NULL, positive, 1, 1, 1},
        {"value_check at a kink: a false alarm", &each, &right_relu, NULL, at_kink, 1, 0, 0},
    };
    for (size_t i = 0; i < sizeof accepted / sizeof *accepted; i++)
        run_accepted(&accepted[i]);
    for (size_t i = 0; i < sizeof controls / sizeof *controls; i++)
        run_control(&controls[i]);
}

/* Released memory is filled with NaN in gates, and NaN passes no comparison. Without the fill, what
 * is dead mostly still holds its old numbers, and the mistake would go unseen. */
static void check_poison(void)
{
    static const real values[POINTS] = {-1.25, 0.75, -0.5, 1.5, 0.375};
    static const Shape each = {each_graph, each_plain};
    static const Unary dead = {exp_of_the_dead, plain_exp};
    const Control control = {
        "value_check rejects a read of the dead", &each, &dead, NULL, values, 0, 0, 0};
    if (!gate_is_float())
        run_control(&control);
}

/* ---- the checker leaves no trace ---- */

static void check_restored(void)
{
    static const real values[POINTS] = {-1.25, 0.75, -0.5, 1.5, 0.375};
    static const Binary right_mul = {value_mul};
    Value leaves[POINTS], *x[POINTS];
    for (size_t i = 0; i < POINTS; i++) {
        leaves[i] = value_parameter(values[i]);
        x[i] = &leaves[i];
    }
    size_t room = value_room();
    value_measure(&(ValueCheck){.name = "value_check restores",
                                .x = x,
                                .inputs = POINTS,
                                .outputs = POINTS,
                                .graph = ring_graph,
                                .plain = ring_plain,
                                .context = &right_mul});
    bool restored = value_room() == room;
    for (size_t i = 0; i < POINTS; i++)
        restored =
            restored && (double)leaves[i].data == (double)values[i] && (double)leaves[i].grad == 0;
    gate_check("value_check restores every poke", restored, "data as before, gradients zero");
}

/* ---- the measure of error ---- */

static void check_measure(void)
{
    const double nothing = nan("");
    gate_check("gate_error of large numbers", gate_error(2e6, 2e6 + 2) < 1.1e-6, "is relative");
    gate_check("gate_error near zero", gate_error(1e-13, 0) < 1.1e-10, "is absolute, by 1e-3");
    gate_check("gate_error of a wrong sign", gate_error(1, -1) > 1.9, "is 2");
    gate_check("gate_error of NaN", isinf(gate_error(nothing, 1)) && isinf(gate_error(1, nothing)),
               "is infinite, not accepted");
}

/* ---- why double ---- */

static float float_difference(float x, float h) { return (expf(x + h) - expf(x - h)) / (2 * h); }

static void check_precision(void)
{
    double best_float = 1, best_double = 1;
    for (int k = 1; k < 24; k++) {
        double h = ldexp(1, -k), slope = exp(0.75);
        double central = (exp(0.75 + h) - exp(0.75 - h)) / (2 * h);
        best_float = fmin(best_float, gate_error((double)float_difference(0.75f, (float)h), slope));
        best_double = fmin(best_double, gate_error(central, slope));
    }
    gate_check("difference_central of exp at every step", best_float > 1e-7 && best_double < 1e-9,
               "best in float above 1e-7, in double below 1e-9");
}

int main(int argc, char **argv)
{
    gate_begin(argc, argv, "03-gradcheck");
    check_controls();
    check_restored();
    check_measure();
    check_precision();
    check_poison();
    value_free_pool();
    return gate_end();
}
