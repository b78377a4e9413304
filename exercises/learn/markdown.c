/* markdown: a page of GitHub Markdown as lines for a terminal. It knows what the lessons use:
 * headings, paragraphs, lists, tables, code in fences or indented, formulas on lines of their own,
 * figures, parts that a browser would fold. Comments are not shown. Code is shown as it is; a line
 * wider than the page is continued on the next, further in. */
#include "markdown.h"

#include "terminal.h"
#include "text/text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static void write_blocks(Page *page, char *const *lines, size_t count);

/* ---- pages ------------------------------------------------------------------------------- */
int page_room(const Page *page)
{
    int room = page->look.width - text_width(page->rest);
    return room > 10 ? room : 10;
}

void page_line(Page *page, const char *line)
{
    const char *whole = scratch_format("%s%s", page->first, line);
    size_t length = strlen(whole);
    while (length > 0 && whole[length - 1] == ' ')
        length--;
    fprintf(page->out, "%.*s\n", (int)length, whole);
    page->first = page->rest;
}

void page_text(Page *page, const char *text)
{
    Wrap wrap = {.rest = text};
    for (const char *line; (line = wrap_next(&wrap, page_room(page))) != NULL;)
        page_line(page, line);
}

const char *page_style(const Page *page, int style_kind, const char *text)
{
    if (!page->look.colour || *text == '\0')
        return text;
    return scratch_format("%s%s\033[0m", style_sequence((Style)style_kind), text);
}

/* ---- lines ------------------------------------------------------------------------------- */
static size_t margin_of(const char *line)
{
    return strspn(line, " ");
}

static bool is_blank(const char *line)
{
    return line[margin_of(line)] == '\0';
}

static bool begins(const char *line, const char *mark)
{
    return strncmp(line + margin_of(line), mark, strlen(mark)) == 0;
}

/* How wide the mark of a list's item is, with margin and the space behind it; 0 if it is none. */
static size_t item_length(const char *line)
{
    size_t at = margin_of(line), digits = strspn(line + at, "0123456789");
    if (digits > 0 && digits < 4 && line[at + digits] == '.' && line[at + digits + 1] == ' ')
        return at + digits + 2;
    return strchr("-*+", line[at]) != NULL && line[at] != '\0' && line[at + 1] == ' ' ? at + 2 : 0;
}

static size_t heading_level(const char *line)
{
    size_t level = strspn(line, "#");
    return level > 0 && level <= 6 && line[level] == ' ' ? level : 0;
}

/* What ends a paragraph without an empty line before it. */
static bool begins_block(const char *line)
{
    return is_blank(line) || heading_level(line) > 0 || begins(line, "```") || begins(line, "$$") ||
           begins(line, "|") || begins(line, "<!--") || begins(line, "<details") ||
           begins(line, "</details") || begins(line, "![") || item_length(line) > 0;
}

/* The line at or after `at` that begins with `mark`; `count` if there is none. */
static size_t find_line(char *const *lines, size_t count, size_t at, const char *mark)
{
    while (at < count && !begins(lines[at], mark))
        at++;
    return at;
}

/* ---- blocks: each writes itself from line `at` on and returns the line behind it --------- */
static void underline(Page *page, const char *sign, int width)
{
    const char *line = "";
    for (int i = 0; i < width && i < page_room(page); i++)
        line = scratch_format("%s%s", line, sign);
    page_line(page, page_style(page, STYLE_TITLE, line));
}

static size_t write_heading(Page *page, char *const *lines, size_t at)
{
    size_t level = heading_level(lines[at]);
    const char *title = lines[at] + level + 1;
    const char *text = inline_text(page, title, strlen(title));
    const char *signs[] = {page->look.unicode ? "═" : "=", page->look.unicode ? "─" : "-", "."};
    page_text(page, page->look.colour ? page_style(page, STYLE_TITLE, text) : text);
    if (level < 3 || !page->look.colour)
        underline(page, signs[level < 3 ? level - 1 : 2], text_width(text));
    return at + 1;
}

/* The lines from `from` to `end` without the first `margin` of their spaces. */
static char **without_margin(char *const *lines, size_t from, size_t end, size_t margin)
{
    char **own = scratch_alloc((end - from + 1) * sizeof *own);
    for (size_t i = from; i < end; i++) {
        size_t here = margin_of(lines[i]);
        own[i - from] = lines[i] + (here < margin ? here : margin);
    }
    return own;
}

static size_t write_fence(Page *page, char *const *lines, size_t count, size_t at)
{
    size_t end = find_line(lines, count, at + 1, "```");
    code_write(page, without_margin(lines, at + 1, end, margin_of(lines[at])), end - at - 1);
    return end < count ? end + 1 : count;
}

static size_t write_indented(Page *page, char *const *lines, size_t count, size_t at)
{
    size_t end = at;
    for (size_t i = at; i < count && (is_blank(lines[i]) || margin_of(lines[i]) >= 4); i++)
        if (!is_blank(lines[i]))
            end = i + 1;
    code_write(page, without_margin(lines, at, end, 4), end - at);
    return end;
}

/* $$...$$, on one line or on several; what stands behind it ends its last line. */
static size_t write_formula(Page *page, char *const *lines, size_t count, size_t at)
{
    const char *tex = lines[at] + margin_of(lines[at]) + 2, *close;
    while ((close = strstr(tex, "$$")) == NULL && at + 1 < count)
        tex = scratch_format("%s %s", tex, lines[++at]);
    size_t size = close != NULL ? (size_t)(close - tex) : strlen(tex);
    Page inside = *page;
    inside.rest = scratch_format("%s%s", page->rest, page->look.width < 60 ? "  " : "    ");
    inside.first = page->first == page->rest ? inside.rest : page->first;
    char *text = math_display(tex, size, page_room(&inside), page->look.unicode);
    for (char *line = text, *next; line != NULL; line = next) {
        next = strchr(line, '\n');
        if (next != NULL)
            *next++ = '\0';
        if (text_width(line) <= page_room(&inside))
            page_line(&inside, line);
        else
            page_text(&inside, line);
    }
    free(text);
    page->first = page->rest;
    return at + 1;
}

static size_t write_table(Page *page, char *const *lines, size_t count, size_t at)
{
    size_t end = at;
    while (end < count && begins(lines[end], "|"))
        end++;
    table_write(page, lines + at, end - at);
    return end;
}

/* ![what it shows](../../plots/NAME.svg): the words, and the command that draws it. */
static size_t write_figure(Page *page, char *const *lines, size_t at)
{
    const char *line = lines[at] + margin_of(lines[at]), *middle = strstr(line, "](");
    const char *path = middle != NULL ? strstr(middle, "plots/") : NULL;
    const char *end = path != NULL ? strstr(path, ".svg)") : NULL;
    if (end == NULL) {
        page_text(page, inline_text(page, line, strlen(line)));
        return at + 1;
    }
    const char *words = inline_text(page, line + 2, (size_t)(middle - line - 2));
    page_text(page, scratch_format("%s %s", page_style(page, STYLE_STRONG, "Figure:"), words));
    Page inside = *page;
    inside.first = inside.rest = scratch_format("%s  ", page->rest);
    const char *draw = scratch_format("./learn plot %.*s", (int)(end - path - 6), path + 6);
    const char *picture = scratch_format("%.*s", (int)(end + 4 - path), path);
    page_text(&inside, scratch_format("%s   %s", page_style(page, STYLE_CODE, draw),
                                      page_style(page, STYLE_SOFT, picture)));
    return at + 1;
}

/* What a browser folds is folded here too, for it tells an answer; or else it stands under its
 * label with a line at its side. */
static void write_folded(Page *page, const char *label, char *const *lines, size_t count)
{
    bool unicode = page->look.unicode;
    if (!page->look.unfold) {
        const char *chapter = strncmp(page->folder, "chapters/", 9) == 0 ? page->folder + 9 : "NN";
        const char *how = scratch_format("(folded; ./learn read %.2s --unfold)", chapter);
        page_text(page, scratch_format("%s %s %s", unicode ? "▸" : ">",
                                       page_style(page, STYLE_STRONG, label),
                                       page_style(page, STYLE_SOFT, how)));
        return;
    }
    label = page_style(page, STYLE_STRONG, label);
    page_line(page, scratch_format("%s %s", unicode ? "┌" : "+-", label));
    Page inside = *page;
    inside.first = inside.rest = scratch_format("%s%s", page->rest, unicode ? "│ " : "| ");
    write_blocks(&inside, lines, count);
    page_line(page, unicode ? "└" : "+-");
}

static size_t write_details(Page *page, char *const *lines, size_t count, size_t at)
{
    size_t end = find_line(lines, count, at, "</details"), body = at + 1;
    const char *summary = strstr(lines[at], "<summary>");
    if (summary == NULL && body < end) {
        summary = strstr(lines[body], "<summary>");
        body += summary != NULL;
    }
    const char *label = summary != NULL ? summary + strlen("<summary>") : "more";
    write_folded(page, inline_text(page, label, strcspn(label, "<")), lines + body, end - body);
    return end < count ? end + 1 : count;
}

/* Items, each a page of its own behind its mark. */
static size_t write_item(Page *page, char *const *lines, size_t count, size_t at)
{
    size_t length = item_length(lines[at]), margin = margin_of(lines[at]), end = at + 1;
    while (end < count &&
           (is_blank(lines[end]) ? end + 1 < count && margin_of(lines[end + 1]) >= length
                                 : margin_of(lines[end]) >= length || !begins_block(lines[end])))
        end++;
    char **own = without_margin(lines, at, end, length);
    own[0] = lines[at] + length;
    Page inside = *page;
    const char *mark = scratch_format("%.*s", (int)(length - margin), lines[at] + margin);
    if (page->look.unicode && !isdigit((unsigned char)*mark))
        mark = "• ";
    inside.first = scratch_format("%s%s", page->rest, mark);
    inside.rest = scratch_format("%s%*s", page->rest, text_width(mark), "");
    write_blocks(&inside, own, end - at);
    page->first = page->rest;
    return end;
}

static size_t write_paragraph(Page *page, char *const *lines, size_t count, size_t at)
{
    const char *text = lines[at] + margin_of(lines[at]);
    for (at++; at < count && !begins_block(lines[at]); at++)
        text = scratch_format("%s %s", text, lines[at] + margin_of(lines[at]));
    page_text(page, inline_text(page, text, strlen(text)));
    return at;
}

static size_t skip_comment(char *const *lines, size_t count, size_t at)
{
    while (at < count && strstr(lines[at], "-->") == NULL)
        at++;
    return at < count ? at + 1 : count;
}

static size_t write_block(Page *page, char *const *lines, size_t count, size_t at)
{
    const char *line = lines[at];
    if (begins(line, "```"))
        return write_fence(page, lines, count, at);
    if (margin_of(line) >= 4)
        return write_indented(page, lines, count, at);
    if (heading_level(line) > 0)
        return write_heading(page, lines, at);
    if (begins(line, "$$"))
        return write_formula(page, lines, count, at);
    if (begins(line, "|"))
        return write_table(page, lines, count, at);
    if (begins(line, "<details"))
        return write_details(page, lines, count, at);
    if (begins(line, "!["))
        return write_figure(page, lines, at);
    return item_length(line) > 0 ? write_item(page, lines, count, at)
                                 : write_paragraph(page, lines, count, at);
}

static void write_blocks(Page *page, char *const *lines, size_t count)
{
    bool began = false, gap = false;
    for (size_t at = 0; at < count;) {
        if (is_blank(lines[at])) {
            gap = began;
            at++;
        } else if (begins(lines[at], "<!--")) {
            at = skip_comment(lines, count, at);
        } else {
            if (gap || (began && heading_level(lines[at]) > 0))
                page_line(page, "");
            gap = heading_level(lines[at]) > 0;
            at = write_block(page, lines, count, at);
            began = true;
        }
    }
}

/* ---- the whole --------------------------------------------------------------------------- */

/* For terminals without Unicode: the text in ASCII, with U+XXXX for what has no likeness there. */
static const char *ascii_text(const char *text)
{
    static const struct {
        uint32_t point;
        const char *ascii;
    } alike[] = {{0xA0, " "},    {0xD7, "x"},    {0xF7, "/"},     {0xB7, "*"},
                 {0x2013, "-"},  {0x2014, "-"},  {0x2018, "'"},   {0x2019, "'"},
                 {0x201C, "\""}, {0x201D, "\""}, {0x2026, "..."}, {0x2192, "->"}};
    char *ascii = scratch_alloc(9 * strlen(text) + 1), *to = ascii;
    for (size_t left = strlen(text), length; left > 0; text += length, left -= length) {
        uint32_t point = 0xFFFD;
        length = (size_t)utf8_decode((const unsigned char *)text, left, &point);
        length = length > 0 ? length : 1;
        const char *like = NULL;
        for (size_t i = 0; i < sizeof alike / sizeof *alike; i++)
            like = alike[i].point == point ? alike[i].ascii : like;
        to += like != NULL ? sprintf(to, "%s", like)
                           : sprintf(to, point < 128 ? "%c" : "<U+%04X>", point);
    }
    *to = '\0';
    return ascii;
}

void markdown_write(FILE *out, const char *text, const char *folder, PageLook look)
{
    ArenaMark mark = scratch_mark();
    char *copy = (char *)(uintptr_t)scratch_format("%s", look.unicode ? text : ascii_text(text));
    size_t count = 0, room = 1;
    for (const char *c = copy; *c != '\0'; c++)
        room += *c == '\n';
    char **lines = scratch_alloc(room * sizeof *lines);
    for (char *line = copy, *next; line != NULL && *line != '\0'; line = next) {
        next = strchr(line, '\n');
        if (next != NULL)
            *next++ = '\0';
        lines[count++] = line;
    }
    Page page = {out, look, folder, "", ""};
    write_blocks(&page, lines, count);
    scratch_release(mark);
}
