/* tokens: C read as names, numbers, texts and marks, comments and preprocessor lines skipped. For
 * what looks at C without compiling it: the mutator of tests/bugs, blind checks, overlap. Any bytes
 * are read to their end without a fault; only C is read rightly. */
#ifndef LEARN_TOKENS_H
#define LEARN_TOKENS_H

#include <stdbool.h>
#include <stddef.h>

typedef enum { NAME, NUMBER, TEXT, MARK } TokenKind;

typedef struct {
    TokenKind kind;
    size_t begin, end;
    int line, column; /* both from 1 */
} Lexeme;

typedef struct {
    const char *text;
    size_t size, at, line_begin;
    int line;
} Lexer;

Lexer lexer_make(const char *text, size_t size);

/* The next one; false at the end. */
bool lexer_next(Lexer *lexer, Lexeme *lexeme);

#endif
