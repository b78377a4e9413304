/* tokens: from text to lexemes, one at a time. */
#include "tokens.h"

#include <ctype.h>
#include <string.h>

Lexer lexer_make(const char *text, size_t size)
{
    return (Lexer){.text = text, .size = size, .line = 1};
}

/* The character `ahead` of where the lexer stands, 0 beyond the end. */
static char peek(const Lexer *l, size_t ahead)
{
    return l->at + ahead < l->size ? l->text[l->at + ahead] : '\0';
}

static void line_end(Lexer *l)
{
    l->line++;
    l->line_begin = ++l->at;
}

static void skip_comment(Lexer *l)
{
    for (l->at += 2; l->at < l->size && !(peek(l, 0) == '*' && peek(l, 1) == '/');)
        if (peek(l, 0) == '\n')
            line_end(l);
        else
            l->at++;
    l->at = l->at + 2 < l->size ? l->at + 2 : l->size;
}

/* Past blanks, comments and preprocessor lines. */
static void skip_blank(Lexer *l)
{
    while (l->at < l->size) {
        char c = peek(l, 0), next = peek(l, 1);
        if (c == '\n')
            line_end(l);
        else if (isspace((unsigned char)c))
            l->at++;
        else if (c == '/' && next == '*')
            skip_comment(l);
        else if ((c == '/' && next == '/') || (c == '#' && l->at == l->line_begin))
            while (l->at < l->size && peek(l, 0) != '\n')
                l->at++;
        else
            return;
    }
}

static size_t quoted_length(const Lexer *l)
{
    size_t length = 1;
    while (l->at + length < l->size && peek(l, length) != peek(l, 0))
        length += peek(l, length) == '\\' ? 2 : 1;
    return length + 1;
}

static size_t number_length(const Lexer *l)
{
    size_t length = 1;
    for (;; length++) {
        char c = peek(l, length), before = peek(l, length - 1);
        bool sign = (c == '-' || c == '+') && strchr("eEpP", before) != NULL;
        if (!isalnum((unsigned char)c) && c != '.' && !sign)
            return length;
    }
}

static size_t name_length(const Lexer *l)
{
    size_t length = 1;
    while (isalnum((unsigned char)peek(l, length)) || peek(l, length) == '_')
        length++;
    return length;
}

static size_t mark_length(const Lexer *l)
{
    static const char *const long_marks[] = {"->", "++", "--", "+=", "-=", "*=", "/=", "%=", "<=",
                                             ">=", "==", "!=", "&&", "||", "<<", ">>", NULL};
    for (const char *const *mark = long_marks; *mark != NULL; mark++)
        if (peek(l, 0) == (*mark)[0] && peek(l, 1) == (*mark)[1])
            return 2;
    return 1;
}

bool lexer_next(Lexer *l, Lexeme *lexeme)
{
    skip_blank(l);
    if (l->at >= l->size)
        return false;
    char c = peek(l, 0);
    bool name = isalpha((unsigned char)c) || c == '_', number = isdigit((unsigned char)c);
    bool quoted = c == '"' || c == '\'';
    size_t length = name     ? name_length(l)
                    : number ? number_length(l)
                    : quoted ? quoted_length(l)
                             : mark_length(l);
    *lexeme = (Lexeme){.kind = name     ? NAME
                               : number ? NUMBER
                               : quoted ? TEXT
                                        : MARK,
                       .begin = l->at,
                       .line = l->line,
                       .column = (int)(l->at - l->line_begin) + 1};
    lexeme->end = l->at + length < l->size ? l->at + length : l->size;
    l->at = lexeme->end;
    return true;
}
