/* wrap: words into lines, for text that holds styles and characters of any width. */
#include "markdown.h"

#include "terminal.h"

#include <ctype.h>
#include <string.h>

static const char no_break[] = "\xc2\xa0"; /* U+00A0 */

/* The end of the word at the front: everything up to a space. */
static size_t word_length(const char *text)
{
    return strcspn(text, " ");
}

/* Behind a sign of a path or a name, but not inside of "--" nor between a word and its dash. */
static bool breaks_behind(const char *at, const char *end)
{
    return strchr("/_-=", *at) != NULL && at + 1 < end && isalnum((unsigned char)at[-1]) &&
           isalnum((unsigned char)at[1]);
}

/* Where to break a word that is wider than a line: at a space of its own, else behind a sign in its
 * second half, else anywhere. At least one character. */
static size_t break_inside(const char *word, size_t size, int width)
{
    size_t space = 0, sign = 0, at = 0;
    for (int used = 0, columns; at < size; used += columns) {
        size_t piece = text_piece(word + at, size - at, &columns);
        if (used + columns > width && at > 0)
            return space > 0 ? space : sign > 0 ? sign : at;
        if (strncmp(word + at, no_break, 2) == 0)
            space = at + piece;
        else if (at > 0 && 2 * used > width && breaks_behind(word + at, word + size))
            sign = at + piece;
        at += piece;
    }
    return at;
}

/* The text of a line: no-break spaces become spaces, and styles that are left open are closed. */
static const char *finish(Wrap *wrap, const char *line, size_t size)
{
    char *text = scratch_alloc(size + 2 * sizeof wrap->open + 8), *to = text;
    to += sprintf(to, "%s", wrap->open);
    for (size_t at = 0; at < size;) {
        size_t escape = line[at] == '\033' ? strcspn(line + at, "m") + 1 : 0;
        if (escape > 0) {
            size_t length = strlen(wrap->open);
            if (strncmp(line + at, "\033[0m", 4) == 0)
                wrap->open[0] = '\0';
            else if (length + escape < sizeof wrap->open)
                snprintf(wrap->open + length, sizeof wrap->open - length, "%.*s", (int)escape,
                         line + at);
            memcpy(to, line + at, escape);
            to += escape;
            at += escape;
        } else if (strncmp(line + at, no_break, 2) == 0) {
            *to++ = ' ';
            at += 2;
        } else
            *to++ = line[at++];
    }
    strcpy(to, wrap->open[0] != '\0' ? "\033[0m" : "");
    return text;
}

const char *wrap_next(Wrap *wrap, int width)
{
    const char *text = wrap->rest + strspn(wrap->rest, " ");
    if (*text == '\0')
        return NULL;
    size_t end = 0;
    for (;;) {
        size_t from = end + strspn(text + end, " "), next = from + word_length(text + from);
        if (from == next || text_width_of(text, next) > width)
            break;
        end = next;
    }
    if (end == 0)
        end = break_inside(text, word_length(text), width);
    wrap->rest = text + end;
    return finish(wrap, text, end);
}

int wrap_widest_word(const char *text, bool loose)
{
    int widest = 0, used = 0, columns;
    size_t left = strlen(text);
    for (size_t piece; left > 0; text += piece, left -= piece) {
        piece = text_piece(text, left, &columns);
        bool breaks = *text == ' ' || (loose && strncmp(text, no_break, 2) == 0);
        used = breaks ? 0 : used + columns;
        widest = used > widest ? used : widest;
    }
    return widest;
}
