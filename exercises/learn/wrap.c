/* wrap: words into lines, for text that holds styles and characters of any width. */
#include "markdown.h"

#include "terminal.h"

#include <string.h>

static const char no_break[] = "\xc2\xa0"; /* U+00A0 */

/* The end of the word at the front: everything up to a space. */
static size_t word_length(const char *text)
{
    return strcspn(text, " ");
}

/* Where to break a word that is wider than a line: at a space of its own, else behind a sign, else anywhere.
 * At least one character. */
static size_t break_inside(const char *word, size_t size, int width)
{
    size_t best = 0, at = 0;
    int used = 0, best_used = 0;
    while (at < size) {
        int columns;
        size_t piece = text_piece(word + at, size - at, &columns);
        if (used + columns > width && at > 0)
            break;
        bool space = strncmp(word + at, no_break, 2) == 0;
        used += columns;
        at += piece;
        if (space || strchr("/_-,.=", word[at - 1]) != NULL) {
            best = at;
            best_used = used;
        }
    }
    return best > 0 && at < size && 2 * best_used > width ? best : at;
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
                snprintf(wrap->open + length, sizeof wrap->open - length, "%.*s", (int)escape, line + at);
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

int wrap_widest_word(const char *text)
{
    int widest = 0;
    while (*(text += strspn(text, " ")) != '\0') {
        size_t length = word_length(text);
        int width = text_width_of(text, length);
        widest = width > widest ? width : widest;
        text += length;
    }
    return widest;
}
