/* mutate: the mutator's operators, signs, numbers, functions, flags and ways of writing a gradient.
 *
 * For each token of a chosen function every rule is asked in turn, so that the order and the names
 * of mutants are the same on every machine. A rule changes one thing, as a slip of the pen would.
 * Rules on indices, bounds and lost terms stand in places.c. */
#include "bugs.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { AROUND = 4 }; /* tokens shown before and after what a mutant changes */

/* ---- making a mutant ------------------------------------------------------------------------- */
/* Appends tokens [from, to) with one blank between them. */
static void tokens_append(const Source *source, int from, int to, char *into, size_t room)
{
    size_t used = strlen(into);
    for (int i = from; i < to && used + 1 < room; i++) {
        const Token *t = &source->tokens[i];
        used += (size_t)snprintf(into + used, room - used, "%s%.*s", used == 0 ? "" : " ",
                                 (int)(t->end - t->begin), source->text + t->begin);
    }
}

/* "before [old => new] after": what a person reads, and what survives moved lines. */
static char *describe(const Mutator *mutator, int from, int to, const char *replacement)
{
    const Source *source = mutator->source;
    int first = from - AROUND, last = to + AROUND;
    first = first < mutator->function->name ? mutator->function->name : first;
    last = last > mutator->function->end + 1 ? mutator->function->end + 1 : last;
    char before[400] = "", old[400] = "", after[400] = "";
    tokens_append(source, first, from, before, sizeof before);
    tokens_append(source, from, to, old, sizeof old);
    tokens_append(source, to, last, after, sizeof after);
    return text_format("%s [%s => %s] %s", before, old, replacement, after);
}

static char *key_of(const Mutator *mutator, const char *kind, const char *says)
{
    const Token *name = &mutator->source->tokens[mutator->function->name];
    char *base =
        text_format("%s %.*s %s: %s", mutator->subject->file, (int)(name->end - name->begin),
                    mutator->source->text + name->begin, kind, says);
    int same = 1;
    size_t length = strlen(base);
    for (int k = mutator->first; k < mutator->bugs->count - 1; k++) {
        const char *other = mutator->bugs->items[k].key;
        same += strncmp(other, base, length) == 0 &&
                (other[length] == '\0' || other[length + 1] == '#');
    }
    if (same == 1)
        return base;
    char *numbered = text_format("%s #%d", base, same);
    free(base);
    return numbered;
}

static bool is_known(const Mutator *mutator, const Edit *edit)
{
    for (int k = mutator->first; k < mutator->bugs->count; k++) {
        const Edit *other = &mutator->bugs->items[k].edits[0];
        if (other->begin == edit->begin && other->end == edit->end &&
            strcmp(other->text, edit->text) == 0)
            return true;
    }
    return false;
}

void mutant_add(Mutator *mutator, const char *kind, bool sign, int from, int to, const char *format,
                ...)
{
    const Source *source = mutator->source;
    char text[400];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    const Token *at = &source->tokens[from];
    Edit edit = {at->begin, source->tokens[to - 1].end, text};
    if (is_known(mutator, &edit))
        return;
    edit.text = text_format("%s", text);
    Bug *bug = bugs_add(mutator->bugs, mutator->subject);
    bug->sign = sign;
    bug->edits[0] = edit;
    bug->n_edits = 1;
    snprintf(bug->id, sizeof bug->id, "%.30s:%d:%d:%s", mutator->subject->row, at->line, at->column,
             kind);
    bug->says = describe(mutator, from, to, text);
    bug->key = key_of(mutator, kind, bug->says);
}

/* ---- whole numbers or reals ------------------------------------------------------------------ */
/* Whether the name at token i is a size_t: a variable in scope, or a member of one of the structs.
 */
static bool is_size(const Mutator *mutator, int i)
{
    const Source *source = mutator->source;
    if (i < 0 || source->tokens[i].kind != NAME)
        return false;
    Variable found[40];
    int count = variables_at(source, mutator->function, i, found, 40);
    for (int k = 0; k < count; k++)
        if (token_same(source, found[k].name, i))
            return true;
    for (int k = 0; k < source->n_members; k++)
        if (source->members[k] >= 0 && token_same(source, source->members[k], i))
            return true;
    return token_is(source, i, "size") || token_is(source, i, "dim");
}

bool is_pointer(const Mutator *mutator, int i)
{
    const Source *source = mutator->source;
    if (i < 0 || source->tokens[i].kind != NAME || token_is(source, i + 1, "["))
        return false;
    if (token_is(source, i, "data") || token_is(source, i, "grad")) /* a Value's are numbers */
        return strncmp(mutator->subject->file, "value/", 6) != 0;
    if (token_is(source, i, "at"))
        return token_is(source, i - 1, ".");
    bool member = token_is(source, i - 1, ".") || token_is(source, i - 1, "->");
    int from = member ? 1 : mutator->function->open,
        to = member ? source->count : mutator->function->end;
    for (int k = from; k < to; k++)
        if (token_same(source, k, i) && token_is(source, k - 1, "*") &&
            !token_is_binary(source, k - 1))
            return true;
    return false;
}

bool is_integer_place(const Mutator *mutator, int i)
{
    const Source *source = mutator->source;
    int open = enclosing(source, mutator->function, i);
    if (open >= 0 && token_is(source, open, "["))
        return true;
    if (open >= 0 && token_is(source, open - 1, "grad_put"))
        return argument_end(source, open + 1) < i &&
               i < argument_end(source, argument_end(source, open + 1) + 1);
    int right = i + 1, left = i - 1;
    if (token_is_cast(source, right))
        return false;
    while (token_is(source, right + 1, ".") || token_is(source, right + 1, "->"))
        right += 2;
    if (token_is(source, operand_begin(source, left) - 1, ")") &&
        token_is_cast(source, source->tokens[operand_begin(source, left) - 1].partner))
        return false;
    return is_size(mutator, right) || is_size(mutator, left) || is_pointer(mutator, left);
}

/* ---- operators ------------------------------------------------------------------------------- */
typedef struct {
    const char *from, *to;
    bool sign;
} Pair;

static const Pair in_reals[] = {
    {"+", "-", true}, {"-", "+", true}, {"*", "/", false}, {"/", "*", false}, {NULL, NULL, false}};
/* Not - for +: below 0 whole numbers wrap, and the program crashes rather than err. */
static const Pair in_integers[] = {{"+", "*", false}, {"-", "+", true},  {"*", "+", false},
                                   {"/", "%", false}, {"%", "/", false}, {NULL, NULL, false}};
static const Pair comparisons[] = {{"<", "<=", false},  {"<=", "<", false},  {">", "<", false},
                                   {">=", "<", false},  {"==", "!=", false}, {"!=", "==", false},
                                   {"&&", "||", false}, {"||", "&&", false}, {NULL, NULL, false}};
static const Pair assignments[] = {{"+=", "=", false}, {"-=", "= -", false}, {"+=", "-=", true},
                                   {"-=", "+=", true}, {"*=", "/=", false},  {"/=", "*=", false},
                                   {NULL, NULL, false}};
static const Pair functions[] = {
    {"sin", "cos", false},   {"cos", "sin", false},   {"sqrt", "", false},
    {"exp", "", false},      {"loop_exp", "", false}, {"log", "", false},
    {"tanh", "", false},     {"loop_tanh", "", false}, {"erf", "", false},
    {"loop_erf", "", false}, {"fabs", "", false},
    {"fmax", "fmin", false}, {"fmin", "fmax", false}, {"pow", "fmax", false},
    {NULL, NULL, false}};
static const Pair flags[] = {
    {"true", "false", false}, {"false", "true", false}, {NULL, NULL, false}};

static void replace_from(Mutator *mutator, const char *kind, int i, const Pair *pairs)
{
    for (; pairs->from != NULL; pairs++)
        if (token_is(mutator->source, i, pairs->from))
            mutant_add(mutator, kind, pairs->sign, i, i + 1, "%s", pairs->to);
}

static void mutate_operator(Mutator *mutator, int i)
{
    const Source *source = mutator->source;
    if (source->tokens[i].header == HEADER_STEP)
        return;
    replace_from(mutator, "compare", i, comparisons);
    replace_from(mutator, "assign", i, assignments);
    if (source->tokens[i].header != HEADER_NONE || !token_is_binary(source, i))
        return;
    bool offset = token_is(source, i, "+") && is_pointer(mutator, i - 1);
    if (!offset)
        replace_from(mutator, "operator", i, is_integer_place(mutator, i) ? in_integers : in_reals);
}

static void mutate_word(Mutator *mutator, int i)
{
    if (token_is(mutator->source, i + 1, "("))
        replace_from(mutator, "function", i, functions);
    replace_from(mutator, "flag", i, flags);
}

/* ---- signs ----------------------------------------------------------------------------------- */
static bool gives_real(const Mutator *mutator)
{
    int type = mutator->function->name - 1;
    return token_is(mutator->source, type, "real") || token_is(mutator->source, type, "double");
}

static void mutate_sign(Mutator *mutator, int i)
{
    const Source *source = mutator->source;
    if (token_is(source, i, "-") && !token_is_binary(source, i))
        mutant_add(mutator, "sign", true, i, i + 1, "%s", "");
    int begin = -1, end = -1;
    if (token_is(source, i, "grad_put")) {
        begin = argument_end(source, argument_end(source, i + 2) + 1) + 1;
        end = source->tokens[i + 1].partner;
    } else if (token_is(source, i, "return") && gives_real(mutator)) {
        begin = i + 1;
        end = statement_end(source, i);
    }
    if (begin < 0 || token_is(source, begin, "-"))
        return;
    const char *value = source->text + source->tokens[begin].begin;
    mutant_add(mutator, "sign", true, begin, end, "-(%.*s)",
               (int)(source->text + source->tokens[end - 1].end - value), value);
}

/* ---- numbers --------------------------------------------------------------------------------- */
static void mutate_number(Mutator *mutator, int i)
{
    const Source *source = mutator->source;
    const Token *t = &source->tokens[i];
    if (t->kind != NUMBER || t->header == HEADER_STEP ||
        (t->header == HEADER_START && token_is(source, i - 1, "=")))
        return;
    const char *text = source->text + t->begin;
    int length = (int)(t->end - t->begin);
    int open = enclosing(source, mutator->function, i);
    if (memchr(text, '.', (size_t)length) != NULL)
        mutant_add(mutator, "number", false, i, i + 1, "(2 * %.*s)", length, text);
    else if (open >= 0 && token_is(source, open, "["))
        mutant_add(mutator, "number", false, i, i + 1, "%ld",
                   token_is(source, i, "0") ? 1 : strtol(text, NULL, 10) - 1);
    else if (t->header == HEADER_NONE) /* the bound of a loop is changed in places.c */
        mutant_add(mutator, "number", false, i, i + 1, "%ld", strtol(text, NULL, 10) + 1);
}

/* ---- choices and conditions
 * ---------------------------------------------------------------------- */
/* c ? a : b becomes c ? b : a. The arms end at the brackets or commas around them. */
static void mutate_choice(Mutator *mutator, int i)
{
    const Source *source = mutator->source;
    if (!token_is(source, i, "?"))
        return;
    int colon = i, end;
    while (!token_is(source, colon, ":"))
        colon =
            source->tokens[colon].partner > colon ? source->tokens[colon].partner + 1 : colon + 1;
    for (end = colon; !token_is(source, end, ",") && !token_is(source, end, ";") &&
                      !token_is(source, end, ")") && !token_is(source, end, "]");)
        end = source->tokens[end].partner > end ? source->tokens[end].partner + 1 : end + 1;
    const char *a = source->text + source->tokens[i + 1].begin;
    const char *b = source->text + source->tokens[colon + 1].begin;
    mutant_add(mutator, "arms", false, i + 1, end, "%.*s : %.*s",
               (int)(source->text + source->tokens[end - 1].end - b), b,
               (int)(source->text + source->tokens[colon - 1].end - a), a);
}

static void mutate_condition(Mutator *mutator, int i)
{
    const Source *source = mutator->source;
    if (token_is(source, i, "!")) {
        mutant_add(mutator, "condition", false, i, i + 1, "%s", "");
    } else if (token_is(source, i, "if")) {
        const char *condition = source->text + source->tokens[i + 1].begin;
        int end = source->tokens[i + 1].partner;
        mutant_add(mutator, "condition", false, i + 1, end + 1, "(!%.*s)",
                   (int)(source->text + source->tokens[end].end - condition), condition);
    }
}

/* ---- how a gradient is written
 * -------------------------------------------------------------------- */
static void mutate_write(Mutator *mutator, int i)
{
    const Source *source = mutator->source;
    int end = -1, begin = i + 2;
    if (token_is(source, i, "add") && token_is(source, i - 1, ".") &&
        !token_is(source, i + 1, "=")) {
        mutant_add(mutator, "write", false, operand_begin(source, i), i + 1, "false");
        mutant_add(mutator, "write", false, operand_begin(source, i), i + 1, "true");
    } else if (token_is(source, i, "grad_put")) {
        end = argument_end(source, begin);
        const char *grad = source->text + source->tokens[begin].begin;
        int length = (int)(source->text + source->tokens[end - 1].end - grad);
        mutant_add(mutator, "write", false, begin, end, "(GradWrite){%.*s.at, false}", length,
                   grad);
        mutant_add(mutator, "write", false, begin, end, "(GradWrite){%.*s.at, true}", length, grad);
    } else if (token_is(source, i, "grad_scatter") && i != mutator->function->name) {
        end = source->tokens[i + 1].partner;
        const char *argument = source->text + source->tokens[begin].begin;
        mutant_add(mutator, "write", false, i, end + 1, "grad_write(%.*s).at",
                   (int)(source->text + source->tokens[end - 1].end - argument), argument);
    }
}

/* Inside the arguments of these calls a slip concerns memory, a message or how a loop is dealt to
 * threads, not a gradient. */
static bool is_beside_the_point(const Source *source, const Span *function, int i)
{
    static const char *const calls[] = {"tape_alloc", "memcpy",         "memset",
                                        "require",    "shape_mismatch", "broken_contract",
                                        "sizeof",     "value_list",     "loop_grain",
                                        "loop_columns", NULL};
    for (int open = enclosing(source, function, i); open >= 0;
         open = enclosing(source, function, open))
        for (const char *const *call = calls; *call != NULL; call++)
            if (token_is(source, open, "(") && token_is(source, open - 1, *call))
                return true;
    return false;
}

Error subject_mutate(Bugs *bugs, Subject *subject)
{
    Source source;
    Error error = source_scan(&source, subject->text, subject->size);
    if (!error.failed)
        error = functions_select(&source, subject);
    for (int f = 0; f < source.n_functions && !error.failed; f++) {
        Mutator mutator = {&source, &source.functions[f], subject, bugs, bugs->count};
        for (int i = mutator.function->begin;
             i < mutator.function->end && mutator.function->selected; i++) {
            if (is_beside_the_point(&source, mutator.function, i))
                continue;
            mutate_operator(&mutator, i);
            mutate_word(&mutator, i);
            mutate_sign(&mutator, i);
            mutate_number(&mutator, i);
            mutate_choice(&mutator, i);
            mutate_condition(&mutator, i);
            mutate_write(&mutator, i);
            mutate_places(&mutator, i);
        }
    }
    source_free(&source);
    return error;
}
