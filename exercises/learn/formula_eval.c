/* formula_eval: the value of a tree, and how an error is shown. Shapes are checked here, before the
 * arrays meet, so that a message can say which two parts of the student's formula do not fit. */
#include "formula.h"

#include <ctype.h>
#include <stdarg.h>
#include <string.h>

/* ---- errors ---------------------------------------------------------------------------------- */
const char *node_text(const Formula *formula, int node)
{
    enum { BUFFERS = 4, BYTES = 40, SHOWN = 24 };
    static char buffers[BUFFERS][BYTES];
    static int next;
    const Node *own = &formula->nodes[node];
    char *text = buffers[next++ % BUFFERS];
    int length = own->end - own->at;
    snprintf(text, BYTES, "%.*s%s", length > SHOWN ? SHOWN : length, formula->text + own->at,
             length > SHOWN ? "..." : "");
    return text;
}

bool evaluation_fail(Evaluation *evaluation, int at, const char *format, ...)
{
    char text[500];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (!evaluation->error.error.failed)
        evaluation->error = formula_error(at, "%s", text);
    return false;
}

/* Whether size alone is why two shapes have no result. */
static bool is_too_large(char operation, const Array *a, const Array *b)
{
    if (a->rank == 0 || b->rank == 0)
        return false;
    if (operation == '@')
        return a->shape[a->rank - 1] == b->shape[b->rank > 1 ? b->rank - 2 : 0] && b->rank == 2;
    for (int i = a->rank - 1, j = b->rank - 1; i >= 0 && j >= 0; i--, j--)
        if (a->shape[i] != b->shape[j] && a->shape[i] != 1 && b->shape[j] != 1)
            return false;
    return true;
}

static bool fail_shapes(Evaluation *evaluation, int node, const Array *a, const Array *b)
{
    const Formula *formula = evaluation->formula;
    const Node *own = &formula->nodes[node];
    int left = own->first, right = formula->nodes[left].next;
    const char *why = "from the right, two lengths must be equal, or one of them 1";
    if (own->operation == '@')
        why = a->rank == 0 || b->rank == 0
                  ? "@ multiplies matrices; a number takes *"
                  : "the last axis of the left must be the last but one of the right";
    if (is_too_large(own->operation, a, b))
        why = "the result would be too large";
    return evaluation_fail(evaluation, own->sign, "the shapes don't fit: %s is %s, %s is %s (%s)",
                           node_text(formula, left), array_shape_text(a), node_text(formula, right),
                           array_shape_text(b), why);
}

/* ---- operators ------------------------------------------------------------------------------- */
static double add(double a, double b) { return a + b; }
static double subtract(double a, double b) { return a - b; }
static double multiply(double a, double b) { return a * b; }
static double divide(double a, double b) { return a / b; }
static double power(double a, double b) { return pow(a, b); }
static double less(double a, double b) { return a < b; }
static double greater(double a, double b) { return a > b; }
static double at_most(double a, double b) { return a <= b; }
static double at_least(double a, double b) { return a >= b; }
static double equal(double a, double b) { return a == b; }
static double unequal(double a, double b) { return a != b; }

static const struct {
    char operation;
    double (*pair)(double, double);
} operators[] = {{'+', add},      {'-', subtract}, {'*', multiply}, {'/', divide},
                 {'^', power},    {'<', less},     {'>', greater},  {'l', at_most},
                 {'g', at_least}, {'=', equal},    {'!', unequal}};

static bool binary_value(Evaluation *evaluation, int node, Array *value)
{
    const Node *own = &evaluation->formula->nodes[node];
    Array a, b, fitted;
    int right = evaluation->formula->nodes[own->first].next;
    bool power = own->operation == '^';
    if (power && !node_value(evaluation, right, &b))
        return false;
    if (power && name_power(evaluation, own->first, &b, value))
        return true;
    if (evaluation->error.error.failed || !node_value(evaluation, own->first, &a) ||
        (!power && !node_value(evaluation, right, &b)))
        return false;
    if (own->operation == BESIDE)
        return product_beside(evaluation, own->sign, &a, &b, value);
    if (own->operation == '@')
        return array_product(evaluation->arena, &a, &b, value) ||
               fail_shapes(evaluation, node, &a, &b);
    if (!array_fit(&a, &b, &fitted))
        return fail_shapes(evaluation, node, &a, &b);
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
        if (operators[i].operation == own->operation)
            *value = array_pairs(evaluation->arena, &a, &b, operators[i].pair);
    return true;
}

static bool negative_value(Evaluation *evaluation, int node, Array *value)
{
    Array a, zero = array_number(evaluation->arena, 0);
    if (!node_value(evaluation, evaluation->formula->nodes[node].first, &a))
        return false;
    *value = array_pairs(evaluation->arena, &zero, &a, subtract);
    return true;
}

static bool transpose_value(Evaluation *evaluation, int node, Array *value)
{
    const Node *own = &evaluation->formula->nodes[node];
    Array a;
    if (!node_value(evaluation, own->first, &a))
        return false;
    if (a.rank < 2)
        return evaluation_fail(
            evaluation, own->sign,
            "' turns over the last two axes: expected at least two, and %s is %s",
            node_text(evaluation->formula, own->first), array_shape_text(&a));
    int order[ARRAY_RANK] = {0, 1, 2, 3};
    order[a.rank - 1] = a.rank - 2;
    order[a.rank - 2] = a.rank - 1;
    *value = array_permute(evaluation->arena, &a, order);
    return true;
}

static bool index_value(Evaluation *evaluation, int node, Array *value)
{
    const Node *own = &evaluation->formula->nodes[node];
    Array a, which;
    if (!node_value(evaluation, own->first, &a) ||
        !node_value(evaluation, evaluation->formula->nodes[own->first].next, &which))
        return false;
    const char *text = node_text(evaluation->formula, own->first);
    if (a.rank == 0)
        return evaluation_fail(evaluation, own->sign, "%s is one number: it has no elements", text);
    double i = which.data[0];
    if (which.rank != 0 || !(i >= 0 && i < (double)a.shape[0]) || i != floor(i))
        return evaluation_fail(evaluation, own->sign,
                               "%s is %s: expected a whole number from 0 to %zu", text,
                               array_shape_text(&a), a.shape[0] - 1);
    *value = (Array){.rank = a.rank - 1};
    memcpy(value->shape, a.shape + 1, sizeof a.shape - sizeof *a.shape);
    value->data = a.data + (size_t)i * array_size(value);
    return true;
}

static bool list_value(Evaluation *evaluation, int node, Array *value)
{
    const Node *nodes = evaluation->formula->nodes;
    Array item, first = {0};
    size_t count = 0, length = 0;
    for (int i = nodes[node].first; i >= 0; i = nodes[i].next)
        length++;
    for (int i = nodes[node].first; i >= 0; i = nodes[i].next, count++) {
        if (!node_value(evaluation, i, &item))
            return false;
        if (count == 0) {
            first = item;
            if (item.rank == ARRAY_RANK || array_size(&item) * length > ARRAY_SIZE)
                return evaluation_fail(evaluation, nodes[node].at, "expected a smaller list");
            size_t shape[ARRAY_RANK] = {length};
            for (int axis = 0; axis < item.rank; axis++)
                shape[axis + 1] = item.shape[axis];
            *value = array_make(evaluation->arena, item.rank + 1, shape);
        }
        if (!array_same_shape(&item, &first))
            return evaluation_fail(evaluation, nodes[i].at,
                                   "expected items of one shape, found %s after %s",
                                   array_shape_text(&item), array_shape_text(&first));
        memcpy(value->data + count * array_size(&item), item.data,
               array_size(&item) * sizeof *item.data);
    }
    return true;
}

bool node_value(Evaluation *evaluation, int node, Array *value)
{
    switch (evaluation->formula->nodes[node].kind) {
    case NODE_NUMBER:
        *value = array_number(evaluation->arena, evaluation->formula->nodes[node].number);
        return true;
    case NODE_NAME:
        return name_value(evaluation, node, value);
    case NODE_NEGATIVE:
        return negative_value(evaluation, node, value);
    case NODE_BINARY:
        return binary_value(evaluation, node, value);
    case NODE_CALL:
        return call_value(evaluation, node, value);
    case NODE_INDEX:
        return index_value(evaluation, node, value);
    case NODE_TRANSPOSE:
        return transpose_value(evaluation, node, value);
    case NODE_LIST:
        return list_value(evaluation, node, value);
    }
    broken_contract("formula: a node of kind %d", (int)evaluation->formula->nodes[node].kind);
}

FormulaError formula_value(const Formula *formula, const Names *names, Arena *arena, Array *value)
{
    require(formula->root >= 0, "formula_value: expected a formula that was parsed");
    Evaluation evaluation = {.formula = formula, .names = names, .arena = arena};
    node_value(&evaluation, formula->root, value);
    return evaluation.error;
}

/* ---- showing --------------------------------------------------------------------------------- */
int character_bytes(const char *text)
{
    const unsigned char *byte = (const unsigned char *)text;
    if (byte[0] < 0x80)
        return byte[0] >= ' ' && byte[0] != 0x7f;
    int length = byte[0] >= 0xf0 ? 4 : byte[0] >= 0xe0 ? 3 : 2;
    if (byte[0] < 0xc2 || byte[0] > 0xf4 || (byte[0] == 0xc2 && byte[1] < 0xa0))
        return 0;
    for (int i = 1; i < length; i++)
        if ((byte[i] & 0xc0) != 0x80)
            return 0;
    return length;
}

void formula_show(FILE *out, int indent, const char *text, const FormulaError *error)
{
    const int width = 78 - indent;
    int length = (int)strlen(text), from = 0;
    if (error->at > width * 3 / 4)
        from = error->at - width * 3 / 4;
    bool cut = length - from > width;
    int caret = indent + error->at - from;
    fprintf(out, "%*s", indent, "");
    for (int i = from; i < length && i < from + width; i++) {
        bool dots = (cut && i >= from + width - 3) || (from > 0 && i < from + 3);
        int bytes = character_bytes(text + i);
        if (dots || bytes == 0)
            fputc(dots ? '.' : isspace((unsigned char)text[i]) ? ' ' : '?', out);
        else
            fprintf(out, "%.*s", bytes, text + i);
        for (int more = 1; more < bytes; more++)
            caret -= ++i <= error->at;
    }
    fprintf(out, "\n%*s^\n", caret, "");
}
