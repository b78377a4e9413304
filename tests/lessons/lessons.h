/* lessons: keeps what the lessons quote true, as `make lessons` does. This header is the table of
 * contents.
 *
 *   lessons.c   the pages one after the other: fences compared and refilled; the closing line
 *   quote.c     what a fence must hold: a definition out of a file, the output of a command
 *   links.c     links, anchors, and the files and names that a page speaks of
 *   formulas.c  formulas that a page derives
 *
 * Every check comes to an Error whose text says what was expected and what was found; the page and
 * the line are put before it by place_judge. */
#ifndef WENGERT_LESSONS_H
#define WENGERT_LESSONS_H

#include "base/base.h"

/* ---- text ------------------------------------------------------------------------------------
 * Lines, without their ends. The caller frees with text_free. */
typedef struct {
    char *bytes; /* all lines, each ended by a 0 */
    char **lines;
    size_t count;
} Text;

Error text_open(Text *text, const char *path);
Text text_split(char *bytes); /* takes over a string from malloc */
void text_free(Text *text);

/* Whether line `at` begins a fence; fence_end is the line that ends it, or `count` if none does. */
bool fence_begins(const char *line);
size_t fence_end(const Text *page, size_t at);

/* Where `name` stands in `text` as a whole word, at or after `from`; NULL if nowhere. */
const char *word_find(const char *from, const char *text, const char *name);

/* ---- verdicts -------------------------------------------------------------------------------- */
typedef struct {
    size_t passed, failed;
} Tally;

typedef struct {
    const char *path; /* of the page, from the repository's root */
    size_t line;      /* from 1 */
    Tally *tally;
} Place;

/* Counts one check; an error is printed as "path:line: text". */
void place_judge(const Place *place, const Error *error);

/* ---- what a fence must hold ------------------------------------------------------------------
 * The definition of `name` in `file`, with the comment just above it: a function, a struct, union
 * or enum by its tag, or a typedef. It begins at column 0 and ends with the brace at column 0. A
 * comment that begins with dashes is a heading between parts of the file and stays out. */
Error code_quote(const char *file, const char *name, Text *quoted);

/* What `sh -c command` writes to stdout and stderr, with one thread, the portable kernel, no colour
 * and the C locale. An exit status other than 0, more than a megabyte of output, and more than
 * `limit` seconds are errors. */
Error command_quote(const char *command, double limit, Text *quoted);

/* ---- links -----------------------------------------------------------------------------------
 * Judges every link and image of a line outside of fences, every path in backticks that begins with
 * a folder of the repository, and every name quoted as `name` in `file`. */
void line_check(const Place *place, const char *line);

/* ---- formulas --------------------------------------------------------------------------------
 * Whether a comment <!-- formula ... --> begins on this line; formula_check judges what the one that
 * begins on line `at` says, and returns the line behind it. */
bool formula_begins(const char *line);
size_t formula_check(const Text *page, size_t at, const Place *place);

#endif
