/* mathread: how TeX is read, between mathtext.c, which reads, and mathcommands.c, which knows the
 * commands that have arguments. Internal to the two. */
#ifndef LEARN_MATHREAD_H
#define LEARN_MATHREAD_H

#include "mathbox.h"

typedef struct {
    const char *at, *end;
} Reader;

typedef struct {
    const char *text;
    size_t size;  /* 0 at the end */
    bool command; /* the text is what follows the backslash */
    bool after_space;
} Token;

Token next_token(Reader *reader);
Token peek_token(const Reader *reader);
bool token_is(const Token *token, bool command, const char *text);
bool token_ends_row(const Token *token); /* in a matrix */

/* What ends a list besides the end of its text; that token is left to be read. */
typedef enum { STOP_NOWHERE, STOP_RIGHT, STOP_CELL } Stop;

MathList read_list(Reader *reader, Stop stop, MathLook look);

/* An argument: a group in braces, or one token with the arguments that it has itself. argument_line
 * gives it in one line, argument_words takes it as text, argument_skip passes over it. */
MathList argument(Reader *reader, MathLook look);
const char *argument_line(Reader *reader, MathLook look);
const char *argument_words(Reader *reader);
void argument_skip(Reader *reader);

MathAtom atom_of(MathKind kind, MathBox box);
MathLook look_in_line(MathLook look);

/* A command with arguments; false for one that is none of those known. */
bool read_command_atom(Reader *reader, const Token *token, MathLook look, MathAtom *atom);

#endif
