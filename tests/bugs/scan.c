/* scan: C read as tokens (exercises/learn/tokens.h), as far as a mutator needs it. Brackets are
 * paired, functions and the scopes of size_t variables are found. It relies on the house's style:
 * types are CamelCase or one of a short list, one declaration declares one type. */
#include "bugs.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

bool token_is(const Source *source, int i, const char *text)
{
    if (i < 0 || i >= source->count)
        return false;
    const Token *t = &source->tokens[i];
    return strlen(text) == t->end - t->begin &&
           memcmp(source->text + t->begin, text, t->end - t->begin) == 0;
}

bool token_same(const Source *source, int i, int j)
{
    const Token *a = &source->tokens[i], *b = &source->tokens[j];
    return a->end - a->begin == b->end - b->begin &&
           memcmp(source->text + a->begin, source->text + b->begin, a->end - a->begin) == 0;
}

static bool is_one_of(const Source *source, int i, const char *const *words)
{
    for (; *words != NULL; words++)
        if (token_is(source, i, *words))
            return true;
    return false;
}

/* ---- from text to tokens --------------------------------------------------------------------- */
static void tokens_read(Source *source, size_t size)
{
    Lexer lexer = lexer_make(source->text, size);
    Lexeme lexeme;
    source->tokens = memory_alloc((size + 1) * sizeof *source->tokens);
    while (lexer_next(&lexer, &lexeme))
        source->tokens[source->count++] = (Token){.kind = lexeme.kind,
                                                  .begin = lexeme.begin,
                                                  .end = lexeme.end,
                                                  .line = lexeme.line,
                                                  .column = lexeme.column,
                                                  .partner = -1};
}

static Error brackets_pair(Source *source)
{
    int stack[200], depth = 0;
    for (int i = 0; i < source->count; i++) {
        Token *token = &source->tokens[i];
        char c = token->kind == MARK ? source->text[token->begin] : ' ';
        if (strchr("([{", c) != NULL) {
            if (depth == 200)
                return error_make("line %d: brackets nested deeper than 200", token->line);
            stack[depth++] = i;
        } else if (strchr(")]}", c) != NULL) {
            if (depth == 0)
                return error_make("line %d: a bracket closes that nothing opened", token->line);
            token->partner = stack[--depth];
            source->tokens[token->partner].partner = i;
        }
    }
    return depth == 0 ? no_error() : error_make("a bracket is never closed");
}

/* ---- what tokens are ------------------------------------------------------------------------- */
bool token_is_type(const Source *source, int i)
{
    static const char *const types[] = {"real",     "size_t", "int",    "bool",     "char",
                                        "double",   "float",  "void",   "const",    "unsigned",
                                        "long",     "static", "struct", "uint64_t", "uint32_t",
                                        "restrict", NULL};
    if (i < 0 || i >= source->count || source->tokens[i].kind != NAME)
        return false;
    const char *name = source->text + source->tokens[i].begin;
    bool camel = isupper((unsigned char)name[0]) && islower((unsigned char)name[1]);
    return camel || is_one_of(source, i, types);
}

bool token_is_cast(const Source *source, int i)
{
    return token_is(source, i, "(") && token_is_type(source, i + 1) &&
           !token_is(source, i - 1, "sizeof") &&
           !token_is(source, source->tokens[i].partner + 1, "{");
}

bool token_is_binary(const Source *source, int i)
{
    static const char *const words[] = {"return", "sizeof", "case", "else", NULL};
    if (i < 1 || source->tokens[i].kind != MARK ||
        source->tokens[i].end - source->tokens[i].begin != 1 ||
        strchr("+-*/%", source->text[source->tokens[i].begin]) == NULL)
        return false;
    int before = i - 1;
    if (token_is(source, before, ")")) {
        int open = source->tokens[before].partner;
        return !token_is_cast(source, open) && !token_is(source, open - 1, "if") &&
               !token_is(source, open - 1, "for") && !token_is(source, open - 1, "while");
    }
    if (source->tokens[before].kind == NAME)
        return !is_one_of(source, before, words) && !token_is_type(source, before);
    return source->tokens[before].kind == NUMBER || token_is(source, before, "]");
}

int operand_end(const Source *source, int i)
{
    while (token_is(source, i, "-") || token_is(source, i, "!") || token_is(source, i, "*") ||
           token_is_cast(source, i))
        i = token_is(source, i, "(") ? source->tokens[i].partner + 1 : i + 1;
    i = source->tokens[i].partner > i ? source->tokens[i].partner + 1 : i + 1;
    for (;;) {
        if (token_is(source, i, "(") || token_is(source, i, "["))
            i = source->tokens[i].partner + 1;
        else if (token_is(source, i, ".") || token_is(source, i, "->"))
            i += 2;
        else
            return i;
    }
}

int operand_begin(const Source *source, int i)
{
    for (;;) {
        if (source->tokens[i].partner >= 0 && source->tokens[i].partner < i) {
            int open = source->tokens[i].partner;
            bool follows = source->tokens[open - 1].kind == NAME ||
                           token_is(source, open - 1, "]") ||
                           (token_is(source, open, "[") && token_is(source, open - 1, ")"));
            if (!follows || token_is(source, open - 1, "return"))
                return open;
            i = open - 1;
        } else if (token_is(source, i - 1, ".") || token_is(source, i - 1, "->")) {
            i -= 2;
        } else {
            return i;
        }
    }
}

int statement_end(const Source *source, int i)
{
    if (token_is(source, i, "{"))
        return source->tokens[i].partner;
    if (token_is(source, i, "for") || token_is(source, i, "if") || token_is(source, i, "while")) {
        int end = statement_end(source, source->tokens[i + 1].partner + 1);
        return token_is(source, end + 1, "else") ? statement_end(source, end + 2) : end;
    }
    while (i < source->count && !token_is(source, i, ";"))
        i = source->tokens[i].partner > i ? source->tokens[i].partner + 1 : i + 1;
    return i;
}

int argument_end(const Source *source, int i)
{
    while (i < source->count && !token_is(source, i, ",") && !token_is(source, i, ")"))
        i = source->tokens[i].partner > i ? source->tokens[i].partner + 1 : i + 1;
    return i;
}

int enclosing(const Source *source, const Span *function, int i)
{
    for (int k = i - 1; k > function->begin; k--)
        if (source->tokens[k].partner > i)
            return k;
        else if (source->tokens[k].partner >= 0)
            k = source->tokens[k].partner < k ? source->tokens[k].partner : k;
    return -1;
}

/* ---- functions, headers of loops, structs ---------------------------------------------------- */
static void functions_find(Source *source)
{
    source->functions = memory_alloc((size_t)(source->count + 1) * sizeof *source->functions);
    for (int i = 1; i < source->count; i++) {
        int partner = source->tokens[i].partner;
        if (partner < i)
            continue;
        if (token_is(source, i, "(") && source->tokens[i - 1].kind == NAME &&
            token_is(source, partner + 1, "{")) {
            int begin = partner + 1, end = source->tokens[partner + 1].partner;
            source->functions[source->n_functions++] = (Span){i - 1, i, begin, end, false};
            partner = end;
        }
        i = partner;
    }
}

static void headers_mark(Source *source)
{
    for (int i = 0; i + 1 < source->count; i++) {
        if (!token_is(source, i, "for") || !token_is(source, i + 1, "("))
            continue;
        int part = HEADER_START;
        for (int k = i + 2; k < source->tokens[i + 1].partner; k++) {
            source->tokens[k].header = part;
            if (token_is(source, k, ";") && part < HEADER_STEP)
                part++;
        }
    }
}

static void members_find(Source *source)
{
    source->members = memory_alloc((size_t)(source->count + 1) * sizeof *source->members);
    for (int i = 0; i + 1 < source->count; i++) {
        if (!token_is(source, i, "struct") || !token_is(source, i + 1, "{"))
            continue;
        for (int k = i + 2; k < source->tokens[i + 1].partner; k++)
            if (token_is(source, k, "size_t"))
                for (; !token_is(source, k, ";"); k++)
                    if (source->tokens[k + 1].kind == NAME && !token_is(source, k, "["))
                        source->members[source->n_members++] = k + 1;
        source->members[source->n_members++] = -1;
    }
}

Error source_scan(Source *source, const char *text, size_t size)
{
    *source = (Source){.text = text};
    tokens_read(source, size);
    Error error = brackets_pair(source);
    if (error.failed)
        return error;
    functions_find(source);
    headers_mark(source);
    members_find(source);
    return no_error();
}

void source_free(Source *source)
{
    free(source->tokens);
    free(source->functions);
    free(source->members);
    *source = (Source){.text = NULL};
}

/* ---- variables ------------------------------------------------------------------------------- */
/* Where the scope of what is declared at token i ends: its for statement, or its block. */
static int scope_end(const Source *source, const Span *function, int i)
{
    if (i < function->begin)
        return function->end;
    int open = enclosing(source, function, i);
    if (source->tokens[i].header != HEADER_NONE && open >= 0)
        return statement_end(source, open - 1);
    return open < 0 ? function->end : source->tokens[open].partner;
}

/* The , ; or ) after a declared name and its value. */
static int declarator_end(const Source *source, int i)
{
    while (!token_is(source, i, ",") && !token_is(source, i, ";") && !token_is(source, i, ")"))
        i = source->tokens[i].partner > i ? source->tokens[i].partner + 1 : i + 1;
    return i;
}

int variables_at(const Source *source, const Span *function, int i, Variable *found, int max)
{
    int count = 0;
    for (int k = function->open; k < i && count < max; k++) {
        if (!token_is(source, k, "size_t") || token_is(source, k + 1, "*") ||
            source->tokens[k + 1].kind != NAME)
            continue;
        int end = scope_end(source, function, k);
        for (int name = k + 1; name < i && count < max; name++) {
            int stop = declarator_end(source, name);
            if (end > i && stop <= i && !token_is(source, name + 1, "["))
                found[count++] = (Variable){name, k, end};
            name = stop;
            if (!token_is(source, name, ",") || k < function->begin)
                break;
        }
    }
    return count;
}

/* ---- which functions to change --------------------------------------------------------------- */
static int function_named(const Source *source, int token)
{
    for (int f = 0; f < source->n_functions; f++)
        if (token_same(source, source->functions[f].name, token))
            return f;
    return -1;
}

static bool is_backward(const Source *source, int f)
{
    const Token *name = &source->tokens[source->functions[f].name];
    size_t length = name->end - name->begin;
    return length >= 9 && memcmp(source->text + name->end - 9, "_backward", 9) == 0;
}

/* Marks what function f calls, and what that calls. The name of a backward is only ever passed on.
 */
static void reach(const Source *source, int f, bool *reached)
{
    if (reached[f])
        return;
    reached[f] = true;
    for (int i = source->functions[f].begin; i < source->functions[f].end; i++) {
        int called = source->tokens[i].kind == NAME ? function_named(source, i) : -1;
        if (called >= 0 && !is_backward(source, called))
            reach(source, called, reached);
    }
}

static void select_backward_only(Source *source)
{
    int n = source->n_functions;
    bool *backward = memory_calloc((size_t)n + 1, sizeof *backward);
    bool *forward = memory_calloc((size_t)n + 1, sizeof *forward);
    for (int f = 0; f < n; f++) {
        int before = source->functions[f].name;
        while (before > 0 && !token_is(source, before, ";") && !token_is(source, before, "}") &&
               !token_is(source, before, "static"))
            before--;
        if (is_backward(source, f))
            reach(source, f, backward);
        else if (!token_is(source, before, "static"))
            reach(source, f, forward);
    }
    for (int f = 0; f < n; f++)
        source->functions[f].selected = backward[f] && !forward[f];
    free(backward);
    free(forward);
}

Error functions_select(Source *source, const Subject *subject)
{
    bool adds = subject->n_functions == 0 || subject->functions[0][0] == '+';
    if (subject->n_functions == 1 && strcmp(subject->functions[0], "-") == 0)
        return no_error();
    if (adds)
        select_backward_only(source);
    for (int k = 0; k < subject->n_functions; k++) {
        const char *name = subject->functions[k];
        int f = 0;
        while (f < source->n_functions && !token_is(source, source->functions[f].name, name + adds))
            f++;
        if (f == source->n_functions)
            return error_make("lib/%s: expected a function named \"%s\", as subjects.txt says",
                              subject->file, name + adds);
        source->functions[f].selected = true;
    }
    return no_error();
}
