/* terminal: styles, widths and lines for ./learn. LEARNER's rule is that status is said in words,
 * so a style only ever adds to a text: take the escape sequences away and the same words are left.
 * Taught nowhere; used by every command of ./learn. */
#include "terminal.h"

#include "show/show.h"
#include "text/text.h"

#include <string.h>
#include <unistd.h>

/* ---- the screen -------------------------------------------------------------------------- */
int screen_width(void)
{
    int width = terminal_columns(stdout);
    return width < SCREEN_NARROWEST ? SCREEN_NARROWEST
           : width > SCREEN_WIDEST  ? SCREEN_WIDEST
                                    : width;
}

bool screen_is_terminal(void)
{
    return isatty(STDOUT_FILENO);
}

bool screen_has_colour(void)
{
    return terminal_has_colour(stdout);
}

bool screen_has_unicode(void)
{
    return terminal_locale_is_utf8();
}

/* ---- styles ------------------------------------------------------------------------------ */
const char *style_sequence(Style kind)
{
    static const char *const sequences[] = {
        [STYLE_PLAIN] = "",           [STYLE_OK] = "\033[32m",      [STYLE_BAD] = "\033[31m",
        [STYLE_NOTE] = "\033[33m",    [STYLE_TITLE] = "\033[1;34m", [STYLE_STRONG] = "\033[1m",
        [STYLE_EMPHASIS] = "\033[3m", [STYLE_CODE] = "\033[36m",    [STYLE_SOFT] = "\033[90m",
    };
    return sequences[kind];
}

const char *style_on(Style kind)
{
    return screen_has_colour() ? style_sequence(kind) : "";
}

const char *style_off(void)
{
    return screen_has_colour() ? "\033[0m" : "";
}

const char *style(Style kind, const char *text)
{
    enum { BUFFERS = 8, BYTES = 500 };
    static char buffers[BUFFERS][BYTES];
    static size_t next;
    if (kind == STYLE_PLAIN || !screen_has_colour())
        return text;
    char *buffer = buffers[next++ % BUFFERS];
    int needed = snprintf(buffer, BYTES, "%s%s%s", style_on(kind), text, style_off());
    return needed < BYTES ? buffer : text;
}

/* ---- widths ------------------------------------------------------------------------------ */

/* The bytes of an escape sequence "ESC [ numbers m" at the front, or 0. */
static size_t sequence_length(const char *text, size_t size)
{
    if (size < 3 || text[0] != '\033' || text[1] != '[')
        return 0;
    size_t at = 2;
    while (at < size && ((text[at] >= '0' && text[at] <= '9') || text[at] == ';'))
        at++;
    return at < size && text[at] == 'm' ? at + 1 : 0;
}

/* Columns of one character. Marks that sit on the letter before them: U+0300 to U+036F and U+20D0
 * to U+20FF; the two joiners and the variation selectors show nothing. Wide ones by Unicode's
 * EastAsianWidth, in whole blocks. */
static int character_width(uint32_t point)
{
    static const uint32_t none[][2] = {
        {0x300, 0x36F}, {0x20D0, 0x20FF}, {0x200B, 0x200D}, {0xFE00, 0xFE0F}};
    static const uint32_t wide[][2] = {{0x1100, 0x115F},  {0x2E80, 0xA4CF},   {0xAC00, 0xD7A3},
                                       {0xF900, 0xFAFF},  {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},
                                       {0xFFE0, 0xFFE6},  {0x1F300, 0x1F64F}, {0x1F900, 0x1F9FF},
                                       {0x20000, 0x3FFFD}};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        if (point >= none[i][0] && point <= none[i][1])
            return 0;
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
        if (point >= wide[i][0] && point <= wide[i][1])
            return 2;
    return 1;
}

/* The bytes of one escape sequence or one character, and its columns. */
static size_t unit_length(const char *text, size_t size, int *columns)
{
    size_t length = sequence_length(text, size);
    *columns = 0;
    if (length > 0)
        return length;
    uint32_t point;
    length = (size_t)utf8_decode((const unsigned char *)text, size, &point);
    *columns = length > 0 ? character_width(point) : 1;
    return length > 0 ? length : 1;
}

size_t text_piece(const char *text, size_t size, int *columns)
{
    *columns = 0;
    size_t length = 0;
    while (length < size) {
        int more;
        size_t unit = unit_length(text + length, size - length, &more);
        if (more > 0 && *columns > 0)
            break;
        *columns += more;
        length += unit;
    }
    return length;
}

int text_width_of(const char *text, size_t size)
{
    int width = 0;
    for (size_t at = 0; at < size;) {
        int columns;
        at += unit_length(text + at, size - at, &columns);
        width += columns;
    }
    return width;
}

int text_width(const char *text)
{
    return text_width_of(text, strlen(text));
}

/* ---- lines ------------------------------------------------------------------------------- */

/* How much of text[0..size) fits into `room` columns, cut at a space; at least one word. */
static size_t fitting(const char *text, size_t size, int room)
{
    size_t end = 0;
    while (end < size) {
        size_t word = end + strspn(text + end, " ");
        while (word < size && text[word] != ' ')
            word++;
        if (end > 0 && text_width_of(text, word) > room)
            break;
        end = word;
    }
    return end;
}

static void print_line(const char *line, size_t size, int indent, int width)
{
    size_t margin = 0;
    while (margin < size && line[margin] == ' ')
        margin++;
    indent += (int)margin;
    do {
        line += margin;
        size -= margin;
        size_t now = fitting(line, size, width - indent);
        printf("%*s%.*s\n", size > 0 ? indent : 0, "", (int)now, line);
        line += now;
        size -= now;
        for (margin = 0; margin < size && line[margin] == ' ';)
            margin++;
    } while (size > margin);
}

void screen_print(const char *text, int indent)
{
    int width = screen_width();
    while (*text != '\0') {
        size_t size = strcspn(text, "\n");
        print_line(text, size, indent, width);
        text += size + (text[size] == '\n');
    }
}

int screen_complain(const Error *error)
{
    fflush(stdout);
    fprintf(stderr, "learn: %s\n", error->text);
    return 2;
}
