/* formula_parse: text to a tree, by recursive descent, one function for each level of binding:
 *
 *   comparison   sum (< > <= >= == !=) sum
 *   sum          product + product - ...
 *   product      factor * factor / factor @ ...   or, beside each other, factor power: 2h, s(1 - s)
 *   factor       -factor, or power
 *   power        item ^ factor, item²            so -x^2 is -(x^2), and x^-1 needs no parentheses
 *   item         number, name, name(...), (...), [...], then any of ' and [i]
 *
 * A product without its sign is read only where it can mean one thing: not behind a / or @, whose
 * right side would be in doubt (1/2h), nor close behind an exponent (e^2x).
 *
 * Nodes lie in one array; the depth of nesting is counted, so that no text can use up the stack. */
#include "formula.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    Formula *formula;
    int at, depth;
    FormulaError error;
} Parser;

FormulaError formula_error(int at, const char *format, ...)
{
    char text[500];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return (FormulaError){error_make("%s", text), at};
}

/* ---- characters ------------------------------------------------------------------------------ */
static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static bool is_of_name(char c) { return is_letter(c) || is_digit(c) || c == '_'; }

bool name_is_fit(const char *name)
{
    size_t length = 0;
    while (is_of_name(name[length]))
        length++;
    return is_letter(name[0]) && name[length] == '\0' && length <= NAME_LENGTH;
}

/* The next character that is no space. */
static char peek(Parser *parser)
{
    while (isspace((unsigned char)parser->formula->text[parser->at]))
        parser->at++;
    return parser->formula->text[parser->at];
}

/* What stands at the parser's place, for a message: a name, a number or one character. */
static const char *found(Parser *parser)
{
    static char text[40];
    char c = peek(parser);
    const char *from = parser->formula->text + parser->at;
    int length = 1;
    if (c == '\0')
        return "the end";
    int bytes = character_bytes(from);
    if ((unsigned char)c >= 0x80 && bytes == 0)
        return "a byte that is no character";
    if (bytes > 1) {
        snprintf(text, sizeof text, "%.*s: names are of letters a to z", bytes, from);
        return text;
    }
    while (is_of_name(c) && is_of_name(from[length]) && length < 24)
        length++;
    snprintf(text, sizeof text, "\"%.*s\"", length, from);
    return text;
}

static int fail(Parser *parser, const char *expected)
{
    if (!parser->error.error.failed) {
        const char *what = found(parser);
        parser->error = formula_error(parser->at, "expected %s, found %s", expected, what);
    }
    return -1;
}

static int fail_plain(Parser *parser, int at, const char *message)
{
    if (!parser->error.error.failed)
        parser->error = formula_error(at, "%s", message);
    return -1;
}

/* ---- nodes ----------------------------------------------------------------------------------- */
static int node_add(Parser *parser, NodeKind kind, int at)
{
    Formula *formula = parser->formula;
    if (formula->count == FORMULA_NODES)
        return fail_plain(parser, at, "the formula is too long: expected fewer operations");
    formula->nodes[formula->count] =
        (Node){.kind = kind, .at = at, .end = parser->at, .sign = at, .first = -1, .next = -1};
    return formula->count++;
}

/* A node that stands for the whole from its first child to here. */
static int node_over(Parser *parser, NodeKind kind, int at, int first, int second, int sign)
{
    if (first < 0)
        return -1;
    int node = node_add(parser, kind, at);
    if (node < 0)
        return -1;
    parser->formula->nodes[node].first = first;
    parser->formula->nodes[node].sign = sign;
    parser->formula->nodes[first].next = second;
    return node;
}

static int start_of(const Parser *parser, int node)
{
    return node < 0 ? 0 : parser->formula->nodes[node].at;
}

static int parse_comparison(Parser *parser);
static int parse_factor(Parser *parser);

/* Nothing nests without coming through here. */
static int parse_deeper(Parser *parser, int (*parse)(Parser *))
{
    if (parser->depth == FORMULA_DEPTH)
        return fail_plain(parser, parser->at,
                          "nested too deeply: expected fewer parentheses or signs");
    parser->depth++;
    int node = parse(parser);
    parser->depth--;
    return node;
}

/* ---- items ----------------------------------------------------------------------------------- */
static int parse_number(Parser *parser)
{
    int at = parser->at;
    const char *text = parser->formula->text;
    char *end;
    double number = strtod(text + at, &end);
    parser->at = (int)(end - text);
    if (text[at] == '0' && (text[at + 1] == 'x' || text[at + 1] == 'X')) {
        parser->at = at + 1;
        return fail(parser, "an operator between 0 and a name, as in 0*x");
    }
    if (!isfinite(number))
        return fail_plain(parser, at,
                          "expected a number that a double can hold, found a larger one");
    int node = node_add(parser, NODE_NUMBER, at);
    if (node >= 0)
        parser->formula->nodes[node].number = number;
    return node;
}

/* Comma-separated, up to `close`, which is taken; hung below `node`. */
static bool parse_list(Parser *parser, int node, char close, const char *expected)
{
    if (node < 0)
        return false;
    int last = -1;
    if (peek(parser) == close && close == ')') {
        fail(parser, "an argument");
        return false;
    }
    for (;;) {
        Node *nodes = parser->formula->nodes;
        const char *here = (peek(parser), parser->formula->text + parser->at);
        bool named = close == ')' && strncmp(here, "axis", 4) == 0 &&
                     here[4 + strspn(here + 4, " ")] == '=' &&
                     here[5 + strspn(here + 4, " ")] != '=';
        if (named)
            parser->at += 5 + (int)strspn(here + 4, " ");
        int child = parse_deeper(parser, parse_comparison);
        if (child < 0)
            return false;
        *(last < 0 ? &nodes[node].first : &nodes[last].next) = child;
        last = child;
        char c = peek(parser);
        if (named && c != close)
            fail(parser, "\")\" after the axis");
        else if (c != ',' && c != close)
            fail(parser, expected);
        if (parser->error.error.failed)
            return false;
        parser->at++;
        if (c == close) {
            nodes[node].axis_named = named;
            nodes[node].end = parser->at;
            return true;
        }
    }
}

static int parse_name(Parser *parser)
{
    char name[NAME_LENGTH + 1];
    const char *text = parser->formula->text;
    int at = parser->at, length = 0;
    while (is_of_name(text[at + length]))
        length++;
    if (length > NAME_LENGTH)
        return fail_plain(parser, at, "expected a shorter name");
    parser->at += length;
    int node = node_add(parser, NODE_NAME, at);
    if (node < 0 || peek(parser) != '(')
        return node;
    snprintf(name, sizeof name, "%.*s", length, text + at);
    if (!function_is_known(name))
        return node;
    parser->at++;
    parser->formula->nodes[node].kind = NODE_CALL;
    return parse_list(parser, node, ')', "\",\" or \")\"") ? node : -1;
}

static int parse_parenthesis(Parser *parser)
{
    int at = parser->at++;
    int node = parse_deeper(parser, parse_comparison);
    if (node < 0)
        return -1;
    if (peek(parser) == ',')
        return fail(parser, "\")\" (a list stands in brackets, as in [4, 3])");
    if (peek(parser) != ')')
        return fail(parser, "\")\" or an operator");
    parser->at++;
    parser->formula->nodes[node].at = at;
    parser->formula->nodes[node].end = parser->at;
    return node;
}

static int parse_first(Parser *parser)
{
    char c = peek(parser);
    if (is_digit(c) || (c == '.' && is_digit(parser->formula->text[parser->at + 1])))
        return parse_number(parser);
    if (is_letter(c))
        return parse_name(parser);
    if (c == '(')
        return parse_parenthesis(parser);
    if (c == '[') {
        int node = node_add(parser, NODE_LIST, parser->at++);
        return parse_list(parser, node, ']', "\",\" or \"]\"") ? node : -1;
    }
    return fail(parser, "a number, a name or \"(\"");
}

/* A name here cannot stand for a product: which part of it would be meant is in doubt. */
static void must_be_whole(Parser *parser, int node)
{
    Node *own = &parser->formula->nodes[node];
    own->whole = own->kind == NODE_NAME && own->at == own->sign;
}

static int parse_item(Parser *parser)
{
    int node = parse_first(parser);
    while (node >= 0) {
        char c = peek(parser);
        int sign = parser->at;
        if (c == '\'' || c == '[')
            must_be_whole(parser, node);
        if (c == '\'') {
            parser->at++;
            node = node_over(parser, NODE_TRANSPOSE, start_of(parser, node), node, -1, sign);
        } else if (c == '[') {
            parser->at++;
            int which = parse_deeper(parser, parse_comparison);
            if (which >= 0 && peek(parser) != ']')
                return fail(parser, "\"]\"");
            if (which < 0)
                return -1;
            parser->at++;
            node = node_over(parser, NODE_INDEX, start_of(parser, node), node, which, sign);
        } else {
            break;
        }
    }
    return node;
}

/* ---- operators ------------------------------------------------------------------------------- */
static int binary(Parser *parser, char operation, int left, int right, int sign)
{
    if (left < 0 || right < 0)
        return -1;
    if (operation == '/' || operation == '^' || operation == '@')
        must_be_whole(parser, right);
    if (operation == '@')
        must_be_whole(parser, left);
    int node = node_over(parser, NODE_BINARY, start_of(parser, left), left, right, sign);
    if (node >= 0)
        parser->formula->nodes[node].operation = operation;
    return node;
}

/* In UTF-8, the raised 2 and 3 of many keyboards. */
static const char squared[] = "\xc2\xb2", cubed[] = "\xc2\xb3";

static int parse_power(Parser *parser)
{
    int left = parse_item(parser);
    if (left < 0)
        return -1;
    int sign = (peek(parser), parser->at);
    const char *here = parser->formula->text + sign;
    if (strncmp(here, squared, 2) == 0 || strncmp(here, cubed, 2) == 0) {
        parser->at += 2;
        int exponent = node_add(parser, NODE_NUMBER, sign);
        if (exponent >= 0)
            parser->formula->nodes[exponent].number = strncmp(here, squared, 2) == 0 ? 2 : 3;
        return binary(parser, '^', left, exponent, sign);
    }
    if (*here != '^')
        return left;
    parser->at++;
    int right = parse_deeper(parser, parse_factor);
    return binary(parser, '^', left, right, sign);
}

static int parse_factor(Parser *parser)
{
    char c = peek(parser);
    if (c != '-' && c != '+')
        return parse_power(parser);
    int at = parser->at++;
    int inner = parse_deeper(parser, parse_factor);
    return c == '+' ? inner : node_over(parser, NODE_NEGATIVE, at, inner, -1, at);
}

/* Whether `node` ends in an exponent of digits, behind which a letter that follows at once might
 * belong to it or not. */
static bool ends_in_exponent(const Parser *parser, int node)
{
    const Node *nodes = parser->formula->nodes;
    while (nodes[node].kind == NODE_NEGATIVE)
        node = nodes[node].first;
    return nodes[node].kind == NODE_BINARY && nodes[node].operation == '^' &&
           is_digit(parser->formula->text[parser->at - 1]);
}

/* Whether a product without a sign can be meant here and nothing else: `last` is the factor in
 * front of it, `before` the operation in front of that. */
static bool may_stand_beside(Parser *parser, int last, char before)
{
    const char *why = NULL;
    if (before == '/')
        why = "expected an operator: a/b c has two readings, write a/(b*c) or a/b*c";
    else if (before == '@')
        why = "expected an operator: A@b c has two readings, write (A@b)*c or A@(b*c)";
    else if (is_letter(parser->formula->text[parser->at]) && ends_in_exponent(parser, last))
        why = "expected an operator: a^2b has two readings, write a^2*b or a^(2*b)";
    if (why != NULL)
        fail_plain(parser, parser->at, why);
    return why == NULL;
}

static int parse_product(Parser *parser)
{
    int left = parse_factor(parser), last = left;
    char before = '*';
    for (char c; left >= 0 && (c = peek(parser)) != '\0';) {
        int sign = parser->at;
        bool beside = is_letter(c) || c == '(';
        if (!beside && strchr("*/@", c) == NULL)
            break;
        if (beside && !may_stand_beside(parser, last, before))
            return -1;
        if (!beside)
            parser->at++;
        if (c == '*' && parser->formula->text[parser->at] == '*')
            return fail_plain(parser, sign, "expected ^ for a power, found **");
        last = beside ? parse_power(parser) : parse_factor(parser);
        left = binary(parser, beside ? BESIDE : c, left, last, sign);
        before = beside ? before : c;
    }
    return left;
}

static int parse_sum(Parser *parser)
{
    int left = parse_product(parser);
    for (char c; left >= 0 && ((c = peek(parser)) == '+' || c == '-');) {
        int sign = parser->at++;
        left = binary(parser, c, left, parse_product(parser), sign);
    }
    return left;
}

static int parse_comparison(Parser *parser)
{
    int left = parse_sum(parser);
    if (left < 0)
        return -1;
    char c = peek(parser);
    int sign = parser->at;
    bool doubled = c != '\0' && parser->formula->text[sign + 1] == '=';
    if (c == '\0' || strchr("<>=!", c) == NULL)
        return left;
    if ((c == '=' || c == '!') && !doubled)
        return fail(parser, "an operator or the end");
    parser->at += doubled ? 2 : 1;
    char operation = !doubled ? c : c == '<' ? 'l' : c == '>' ? 'g' : c;
    return binary(parser, operation, left, parse_sum(parser), sign);
}

FormulaError formula_parse(Formula *formula, const char *text)
{
    formula->count = 0;
    formula->root = -1;
    formula->text[0] = '\0';
    if (strlen(text) > FORMULA_TEXT)
        return formula_error(FORMULA_TEXT, "expected at most %d characters, found %zu",
                             FORMULA_TEXT, strlen(text));
    strcpy(formula->text, text);
    Parser parser = {.formula = formula};
    formula->root = parse_comparison(&parser);
    if (formula->root >= 0 && peek(&parser) == ',')
        formula->root =
            fail(&parser, "the end (a decimal has a point, and a list stands in brackets)");
    else if (formula->root >= 0 && peek(&parser) != '\0')
        formula->root =
            fail(&parser, strchr(text, '@') == NULL ? "an operator (+ - * / ^) or the end"
                                                    : "an operator (+ - * / ^ @) or the end");
    return parser.error;
}
