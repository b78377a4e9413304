/* terminal: what the screen can do.
 *
 * Three questions decide how everything in this room is shown: how wide, may a line be written over,
 * and may it hold more than plain ASCII. The answers come from the system and from four variables
 * that people set on purpose (COLUMNS, LINES, TERM, NO_COLOR) and from the locale. Taught nowhere;
 * used by progress.c and figure.c. */
#include "show/show.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* A size between 1 and 10000 from the environment, or 0. */
static int size_from_environment(const char *name)
{
    const char *text = getenv(name);
    if (text == NULL || *text == '\0')
        return 0;
    char *end;
    long value = strtol(text, &end, 10);
    return *end == '\0' && value >= 1 && value <= 10000 ? (int)value : 0;
}

static int size_of(int wished, int real_size, int otherwise)
{
    if (wished > 0 && real_size > 0)
        return wished < real_size ? wished : real_size;
    return wished > 0 ? wished : real_size > 0 ? real_size : otherwise;
}

static struct winsize window_of(FILE *stream)
{
    struct winsize window;
    if (ioctl(fileno(stream), TIOCGWINSZ, &window) != 0)
        memset(&window, 0, sizeof window);
    return window;
}

int terminal_columns(FILE *stream)
{
    return size_of(size_from_environment("COLUMNS"), window_of(stream).ws_col, 80);
}

int terminal_rows(FILE *stream)
{
    return size_of(size_from_environment("LINES"), window_of(stream).ws_row, 24);
}

bool terminal_moves(FILE *stream)
{
    const char *kind = getenv("TERM");
    return isatty(fileno(stream)) && kind != NULL && *kind != '\0' && strcmp(kind, "dumb") != 0;
}

bool terminal_has_colour(FILE *stream)
{
    const char *refusal = getenv("NO_COLOR");
    return terminal_moves(stream) && (refusal == NULL || *refusal == '\0');
}

/* The first of these that is set and not empty is the one that counts, as in setlocale(3). */
static const char *locale_name(void)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = getenv(names[i]);
        if (value != NULL && *value != '\0')
            return value;
    }
    return "C";
}

bool terminal_locale_is_utf8(void)
{
    for (const char *c = locale_name(); *c != '\0'; c++)
        if (strncasecmp(c, "UTF-8", 5) == 0 || strncasecmp(c, "utf8", 4) == 0)
            return true;
    return false;
}

bool terminal_has_unicode(FILE *stream)
{
    return terminal_has_colour(stream) && terminal_locale_is_utf8();
}
