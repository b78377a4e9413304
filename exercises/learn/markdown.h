/* markdown: how a page is put together, between the files that read.h names. Internal to them.
 *
 * Text on its way to the screen holds escape sequences of styles, and U+00A0 where a line must not
 * be broken; it is made of scratch memory. */
#ifndef LEARN_MARKDOWN_H
#define LEARN_MARKDOWN_H

#include "read.h"
#include "scratch.h"

/* ---- lines ------------------------------------------------------------------------------- */

/* Text being broken into lines; begins as {text}. A style that is open at a line's end is closed
 * there and opened again on the next. */
typedef struct {
    const char *rest;
    char open[60];
} Wrap;

/* The next line of at most `width` columns; NULL after the last. Broken at spaces; a word wider
 * than a line is broken too, behind a sign if it has one in a good place. */
const char *wrap_next(Wrap *wrap, int width);

/* The columns of the widest piece that wrap_next would rather not break; loosely, of the widest
 * that it can only break inside of a word. */
int wrap_widest_word(const char *text, bool loose);

/* ---- pages ------------------------------------------------------------------------------- */
typedef struct {
    FILE *out;
    PageLook look;
    const char *folder;
    const char *first, *rest; /* what stands before the next line, and before those that follow */
} Page;

int page_room(const Page *page); /* columns between the prefix and the edge */
void page_line(Page *page, const char *line);
void page_text(Page *page, const char *text); /* wrapped */

/* `text` between the style's sequences where there is colour, else as it is. */
const char *page_style(const Page *page, int style, const char *text);

/* What stands in a paragraph, a cell or a heading, ready to be wrapped. */
const char *inline_text(const Page *page, const char *markdown, size_t size);

/* Lines of code or of output, which may be replaced by narrower ones. */
void code_write(Page *page, char **lines, size_t count);

/* Rows begin with a bar; the second says how columns are aligned. */
void table_write(Page *page, char *const *rows, size_t count);

#endif
