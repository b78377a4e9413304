/* blind: a check without what it knows, for students' programs. What a case gives as `.plain`,
 * `.draw` and `.judge` becomes NULL in a copy of the text; nothing calls the functions then, and the
 * optimiser leaves them out. check.h's types see to it that none is missed: a function given for
 * one does not compile. */
#include "build.h"

#include "tokens.h"

#include <stdlib.h>
#include <string.h>

static bool lexeme_is(const char *text, const Lexeme *lexeme, const char *word)
{
    size_t length = lexeme->end - lexeme->begin;
    return strlen(word) == length && memcmp(text + lexeme->begin, word, length) == 0;
}

static bool is_secret(const char *text, const Lexeme last[3])
{
    return lexeme_is(text, &last[0], ".") && lexeme_is(text, &last[2], "=") &&
           (lexeme_is(text, &last[1], "plain") || lexeme_is(text, &last[1], "draw") ||
            lexeme_is(text, &last[1], "judge"));
}

/* The , or closing bracket that ends an initializer; the lexer stands after its =. */
static size_t initializer_end(Lexer *lexer, Lexeme *lexeme)
{
    int depth = 0;
    while (lexer_next(lexer, lexeme)) {
        char c = lexer->text[lexeme->begin];
        if (lexeme->kind == MARK && depth == 0 && strchr(",)}]", c) != NULL)
            return lexeme->begin;
        if (lexeme->kind == MARK)
            depth += (strchr("([{", c) != NULL) - (strchr(")]}", c) != NULL);
    }
    return lexer->size;
}

char *check_blinded(const char *text)
{
    char *copy = text_format("%s", text);
    Lexer lexer = lexer_make(text, strlen(text));
    Lexeme last[3] = {{.kind = MARK}, {.kind = MARK}, {.kind = MARK}};
    while (lexer_next(&lexer, &last[2])) {
        if (is_secret(text, last)) {
            size_t begin = last[2].end, end = initializer_end(&lexer, &last[2]);
            for (size_t i = begin; i < end; i++)
                if (copy[i] != '\n') /* lines keep their numbers */
                    copy[i] = ' ';
            copy[begin] = '0'; /* a null pointer in one character: there may be room for no more */
        }
        last[0] = last[1];
        last[1] = last[2];
    }
    return copy;
}
