/* read: a lesson in the terminal, for `./learn read`. A table of contents:
 *
 *   read.c              finds the lesson, begins at a heading, hands it to a pager
 *   markdown.c          GitHub Markdown as lines: headings, paragraphs, lists, folded parts
 *   markdown_inline.c   what stands inside a paragraph: emphasis, code, links, formulas
 *   markdown_table.c    tables, fitted to the width
 *   markdown_code.c     code and output
 *   wrap.c              words into lines
 *   mathtext.c and mathbox.h's others: TeX's formulas as characters
 *
 * Formulas are shown in Unicode where the locale is UTF-8, else in ASCII. */
#ifndef LEARN_READ_H
#define LEARN_READ_H

#include "base/base.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* ./learn read NN, NN#heading, NN words of a heading; arguments begin after the command's name.
 * What a browser would fold, code and answers that tell an exercise, is shown with --unfold only.
 * Returns the exit status: 0, or 2 for a lesson or heading that is not there. The current folder is
 * the course's. */
int read_command(int argc, char **argv);

/* Whether `./learn read WHAT` shows something; an error says what is not there. */
Error read_finds(const char *what);

/* How a lesson is laid out: columns; escape sequences; Unicode or ASCII; folded parts opened. */
typedef struct {
    int width;
    bool colour, unicode, unfold;
} PageLook;

/* Writes the Markdown text to `out`. `folder` is where the text lies, "chapters/02-value": paths in
 * links are shown from the course's folder. */
void markdown_write(FILE *out, const char *text, const char *folder, PageLook look);

/* TeX between dollars in one line; the caller frees it. A command that is not known stays as it is
 * written, backslash and all. */
char *math_inline(const char *tex, size_t size, bool unicode);

/* TeX between double dollars in lines of at most `width` columns with newlines between them,
 * fractions stacked; the caller frees it. What cannot be fitted comes as one longer line. */
char *math_display(const char *tex, size_t size, int width, bool unicode);

#endif
