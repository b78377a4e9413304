/* terminal: how ./learn writes to the screen. The three questions (how wide, colour or not, Unicode
 * or not) are answered by lib/show; here are the words that its commands make of the answers.
 *
 * Whatever a colour says is said by a word as well: under NO_COLOR, TERM=dumb and in a pipe every
 * function here writes plain text, and nothing that a reader needs is lost. */
#ifndef LEARN_TERMINAL_H
#define LEARN_TERMINAL_H

#include "base/base.h"

/* The columns that text is laid out for: those of the terminal, at least 40 and at most 80, since
 * longer lines read badly; 80 where stdout is no terminal. Asked anew at each call. */
enum { SCREEN_NARROWEST = 40, SCREEN_WIDEST = 80 };
int screen_width(void);

bool screen_is_terminal(void); /* someone looks at stdout: not a pipe, not a file */
bool screen_has_colour(void);
bool screen_has_unicode(void); /* the locale is UTF-8, wherever stdout goes */

/* ---- styles ------------------------------------------------------------------------------ */
typedef enum {
    STYLE_PLAIN,
    STYLE_OK,       /* passed, found: green */
    STYLE_BAD,      /* wrong, missing: red */
    STYLE_NOTE,     /* changed, not started, worth a look: yellow */
    STYLE_TITLE,    /* a heading: bold and blue */
    STYLE_STRONG,   /* bold */
    STYLE_EMPHASIS, /* italic */
    STYLE_CODE,     /* what can be typed, names of files and functions: cyan */
    STYLE_SOFT      /* what matters less: grey */
} Style;

/* `text` in that style on stdout; itself where there is no colour. One of eight static buffers of
 * 500 bytes: a text that does not fit is returned plain. Where a column has to be padded, pad
 * first: style_on and style_off may stand around any printf. */
const char *style(Style style, const char *text);
const char *style_on(Style style); /* "" where stdout has no colour */
const char *style_off(void);

/* The escape sequence of a style, for text that is put together before it is shown. */
const char *style_sequence(Style style);

/* ---- text -------------------------------------------------------------------------------------
 * The columns that the UTF-8 text covers: combining marks and escape sequences of styles none, wide
 * characters of East Asia two, all others one, and so does each byte that is no valid UTF-8. */
int text_width(const char *text);
int text_width_of(const char *text, size_t size);

/* The bytes of the first piece of `text` that stands as one: a character with the combining marks
 * and escape sequences behind it. 0 at the end; *columns is what it covers. */
size_t text_piece(const char *text, size_t size, int *columns);

/* Prints lines of text to stdout, each `indent` columns in. A line too wide for the screen is
 * broken at spaces, and what follows stands below its first word; a word too wide is left whole. */
void screen_print(const char *text, int indent);

/* Prints the error as "learn: text" on stderr. Returns 2, the exit status of bad input. */
int screen_complain(const Error *error);

#endif
