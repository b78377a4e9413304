/* formula_names: what a name in a formula stands for: what was given, pi, e, or, as one writes by
 * hand, a product of shorter names: xy where x and y are given and xy is not. That is read only
 * where it can mean one thing. */
#include "formula.h"

#include <ctype.h>
#include <string.h>

/* ---- the names that are given ---------------------------------------------------------------- */
static const Array *find(const Names *names, const char *name, size_t length)
{
    for (int i = 0; i < names->count; i++)
        if (strlen(names->items[i].name) == length &&
            strncmp(names->items[i].name, name, length) == 0)
            return &names->items[i].value;
    return NULL;
}

const Array *names_find(const Names *names, const char *name)
{
    return find(names, name, strlen(name));
}

bool names_set(Names *names, const char *name, Array value)
{
    if (!name_is_fit(name))
        return false;
    int i = 0;
    while (i < names->count && strcmp(names->items[i].name, name) != 0)
        i++;
    if (i == NAMES_MAX)
        return false;
    if (i == names->count)
        strcpy(names->items[names->count++].name, name);
    names->items[i].value = value;
    return true;
}

void node_name(const Formula *formula, int node, char *name)
{
    const char *from = formula->text + formula->nodes[node].sign;
    size_t length = 0;
    while (length < NAME_LENGTH && (isalnum((unsigned char)from[length]) || from[length] == '_'))
        length++;
    memcpy(name, from, length);
    name[length] = '\0';
}

bool formula_mentions(const Formula *formula, const char *name)
{
    char own[NAME_LENGTH + 1];
    for (int i = 0; i < formula->count; i++) {
        if (formula->nodes[i].kind != NODE_NAME)
            continue;
        node_name(formula, i, own);
        if (strcmp(own, name) == 0)
            return true;
    }
    return false;
}

/* ---- names that are products ----------------------------------------------------------------- */

/* How often the name can be cut into given ones, counted up to two; of the cut that was found last,
 * the length of each piece. */
static int count_cuts(const Names *names, const char *name, size_t *pieces)
{
    int ways[NAME_LENGTH + 2] = {0};
    size_t length = strlen(name);
    ways[length] = 1;
    for (size_t from = length; from-- > 0;)
        for (size_t size = 1; size <= length - from; size++)
            if (ways[from + size] > 0 && find(names, name + from, size) != NULL) {
                pieces[from] = size;
                ways[from] += ways[from + size] > 1 ? 2 : 1;
            }
    return ways[0] > 2 ? 2 : ways[0];
}

/* The name's pieces multiplied, the last one raised to the exponent unless that is NULL. */
static bool multiply_pieces(Evaluation *evaluation, int node, const char *name,
                            const size_t *pieces, const Array *exponent, Array *value)
{
    int at = evaluation->formula->nodes[node].sign;
    *value = array_number(evaluation->arena, 1);
    for (size_t from = 0, length = strlen(name); from < length; from += pieces[from]) {
        Array piece = *find(evaluation->names, name + from, pieces[from]), fitted;
        bool last = from + pieces[from] == length;
        if (last && exponent != NULL) {
            if (!array_fit(&piece, exponent, &fitted))
                return evaluation_fail(evaluation, at,
                                       "the shapes don't fit: %s is %s before its "
                                       "exponent, which is %s",
                                       name + from, array_shape_text(&piece),
                                       array_shape_text(exponent));
            piece = array_pairs(evaluation->arena, &piece, exponent, pow);
        }
        Array left = *value;
        if (!product_beside(evaluation, at, &left, &piece, value))
            return false;
    }
    return true;
}

static double multiply(double a, double b) { return a * b; }

bool product_beside(Evaluation *evaluation, int at, const Array *a, const Array *b, Array *value)
{
    Array fitted;
    if ((a->rank >= 2 && b->rank >= 1) || (b->rank >= 2 && a->rank >= 1))
        return evaluation_fail(evaluation, at,
                               "expected an operator between %s and %s: write A*B "
                               "for each element by its partner, A@B for the matrix product",
                               array_shape_text(a), array_shape_text(b));
    if (!array_fit(a, b, &fitted))
        return evaluation_fail(evaluation, at, "the shapes don't fit: %s beside %s",
                               array_shape_text(a), array_shape_text(b));
    *value = array_pairs(evaluation->arena, a, b, multiply);
    return true;
}

bool name_power(Evaluation *evaluation, int node, const Array *exponent, Array *value)
{
    const Node *own = &evaluation->formula->nodes[node];
    char name[NAME_LENGTH + 1];
    size_t pieces[NAME_LENGTH + 1];
    if (own->kind != NODE_NAME || own->at != own->sign)
        return false;
    node_name(evaluation->formula, node, name);
    if (names_find(evaluation->names, name) != NULL ||
        count_cuts(evaluation->names, name, pieces) != 1)
        return false;
    return multiply_pieces(evaluation, node, name, pieces, exponent, value);
}

/* ---- a name's value -------------------------------------------------------------------------- */
static bool fail_name(Evaluation *evaluation, int node, const char *name)
{
    char known[300] = "";
    size_t used = 0;
    for (int i = 0; i < evaluation->names->count && used < sizeof known; i++)
        used += (size_t)snprintf(known + used, sizeof known - used, "%s%s", i > 0 ? ", " : "",
                                 evaluation->names->items[i].name);
    const Node *own = &evaluation->formula->nodes[node];
    const char *behind = evaluation->formula->text + own->sign + strlen(name);
    const char * or = behind[strspn(behind, " ")] == '(' ? " or a function" : "";
    if (strcmp(name, "T") == 0)
        return evaluation_fail(evaluation, own->sign,
                               "expected A' for the transpose of A, found \"T\"");
    if (used == 0)
        return evaluation_fail(evaluation, own->sign, "expected numbers alone%s, found \"%s\"",
                               * or != '\0' ? " or a function" : "", name);
    return evaluation_fail(evaluation, own->sign, "expected one of the names %s%s, found \"%s\"",
                           known, or, name);
}

bool name_value(Evaluation *evaluation, int node, Array *value)
{
    char name[NAME_LENGTH + 1];
    size_t pieces[NAME_LENGTH + 1];
    const Node *own = &evaluation->formula->nodes[node];
    node_name(evaluation->formula, node, name);
    const Array *found = names_find(evaluation->names, name);
    if (found != NULL)
        *value = *found;
    else if (strcmp(name, "pi") == 0)
        *value = array_number(evaluation->arena, acos(-1.0));
    else if (strcmp(name, "e") == 0)
        *value = array_number(evaluation->arena, exp(1.0));
    else if (function_is_known(name))
        return evaluation_fail(evaluation, own->sign, "%s is a function: expected \"(\" after it",
                               name);
    else if (count_cuts(evaluation->names, name, pieces) == 0)
        return fail_name(evaluation, node, name);
    else if (own->whole || count_cuts(evaluation->names, name, pieces) > 1)
        return evaluation_fail(evaluation, own->sign,
                               "\"%s\" is no name, and as a product it has two readings: write the "
                               "product with *, as in x*y, and parentheses",
                               name);
    else
        return multiply_pieces(evaluation, node, name, pieces, NULL, value);
    return true;
}
