/* markdown_code: code and output, shown as they stand. Where a block is too wide for the page, the
 * widest gap of each line is made narrower by what is too much, all by the same, which saves most
 * tables that programs print; a line that is still too long goes on on the next, further in. */
#include "markdown.h"

#include "terminal.h"

#include <string.h>

/* ---- narrower gaps ----------------------------------------------------------------------- */

/* The widest gap between words of a line: where it begins and how wide it is. */
static size_t widest_gap(const char *line, size_t *width)
{
    size_t best = 0, at = strspn(line, " ");
    *width = 0;
    while (line[at += strcspn(line + at, " ")] != '\0') {
        size_t here = strspn(line + at, " ");
        if (here > *width && line[at + here] != '\0') {
            best = at;
            *width = here;
        }
        at += here;
    }
    return best;
}

/* The line with `surplus` columns less in its widest gap, or as many as leave two; as it is if that
 * does not make it fit. */
static char *narrowed(char *line, int surplus, int room)
{
    size_t width, gap = widest_gap(line, &width);
    int less = (int)width - 2 < surplus ? (int)width - 2 : surplus;
    if (less <= 0 || text_width(line) - less > room)
        return line;
    char *narrow = scratch_alloc(strlen(line) + 1);
    memcpy(narrow, line, gap);
    strcpy(narrow + gap, line + gap + less);
    return narrow;
}

static int widest_line(char *const *lines, size_t count)
{
    int widest = 0;
    for (size_t i = 0; i < count; i++)
        widest = text_width(lines[i]) > widest ? text_width(lines[i]) : widest;
    return widest;
}

/* ---- lines ------------------------------------------------------------------------------- */

/* Where what does not fit goes on: below what stands behind a gap, else further in. */
static int code_hang(const char *line, int room)
{
    size_t margin = strspn(line, " ");
    const char *gap = strstr(line + margin, "   ");
    int column = gap != NULL ? text_width_of(line, (size_t)(gap - line) + strspn(gap, " ")) : room;
    return 2 * column <= room ? column : ((int)margin + 4) % (room / 2);
}

/* How much of a line of code fits into `room` columns, cut at a space if that is not far back. */
static size_t code_fitting(const char *line, int room)
{
    size_t size = strlen(line), end = 0, space = 0;
    int used = 0, columns;
    for (size_t piece; end < size; end += piece) {
        piece = text_piece(line + end, size - end, &columns);
        used += columns;
        if (used > room)
            return space > 0 ? space : end > 0 ? end : piece;
        if (line[end] == ' ' && 2 * used > room)
            space = end + 1;
    }
    return end;
}

static void line_write(Page *page, const char *line)
{
    int room = page_room(page), hang = code_hang(line, room), indent = 0;
    do {
        size_t now = code_fitting(line, room - indent);
        page_line(page, scratch_format("%*s%.*s", indent, "", (int)now, line));
        line += now;
        indent = hang;
    } while (*line != '\0');
}

/* Four columns in, or fewer where that keeps lines whole. */
void code_write(Page *page, char **lines, size_t count)
{
    enum { MOST = 4, LESS = 2, LEAST = 1 };
    int room = page_room(page), widest = widest_line(lines, count);
    int indent = widest + MOST <= room ? MOST : widest + LESS <= room ? LESS : LEAST;
    for (size_t i = 0; i < count && widest + indent > room; i++)
        lines[i] = narrowed(lines[i], widest + indent - room, room - indent);
    Page inside = *page;
    inside.first = scratch_format("%s%*s", page->first, indent, "");
    inside.rest = scratch_format("%s%*s", page->rest, indent, "");
    for (size_t i = 0; i < count; i++)
        line_write(&inside, lines[i]);
    page->first = page->rest;
}
