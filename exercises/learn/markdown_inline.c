/* markdown_inline: what stands inside a paragraph. Emphasis, code, links, images and formulas
 * become styled text; without colour, code keeps its backticks and emphasis its stars, because they
 * mean something, and what is bold loses its stars, because it stands where anyone sees it. */
#include "markdown.h"

#include "terminal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const Page *page;
    FILE *out;
    const char *outer; /* the sequences of the styles around this stretch */
} Inline;

static void write_stretch(Inline *in, const char *text, size_t size);

/* ---- finding ends ------------------------------------------------------------------------ */

/* The length of a stretch of code or a formula at the front, with its marks; 0 if none is there. */
static size_t closed_length(const char *text, size_t size)
{
    char mark = size > 0 ? *text : '\0';
    if (mark != '`' && mark != '$')
        return 0;
    size_t marks = 0;
    while (marks < size && text[marks] == mark)
        marks++;
    if (mark == '$' && (marks > 1 || size < 2 || text[1] == ' '))
        return 0;
    for (size_t at = marks; at < size; at++) {
        size_t here = 0;
        while (at + here < size && text[at + here] == mark)
            here++;
        if (here == marks && !(mark == '$' && (text[at - 1] == ' ' || text[at - 1] == '\\')))
            return at + marks;
        at += here > 0 ? here - 1 : 0;
    }
    return 0;
}

/* Where `mark` stands next, outside of code and formulas; `size` if nowhere. */
static size_t find_mark(const char *text, size_t size, const char *mark)
{
    size_t length = strlen(mark);
    for (size_t at = 0; at + length <= size;) {
        size_t closed = closed_length(text + at, size - at);
        if (closed == 0 && memcmp(text + at, mark, length) == 0)
            return at;
        at += closed > 0 ? closed : text[at] == '\\' ? 2 : 1;
    }
    return size;
}

/* ---- writing ----------------------------------------------------------------------------- */

/* Whether the character before `at` would be lost at a line's end: = or + or an arrow. */
static bool is_behind_operator(const char *text, const char *at)
{
    static const char *const signs[] = {"=", "+", "-", "*", "<", ">", "·", "×",
                                        "≈", "≤", "≥", "≠", "→", "←", "∈"};
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        size_t length = strlen(signs[i]);
        if ((size_t)(at - text) >= length && memcmp(at - length, signs[i], length) == 0)
            return true;
    }
    return false;
}

/* Writes text whose spaces hold together if it is short; if it is long, a line may end before a
 * sign or between two formulas, but not inside of brackets. */
static void write_together(Inline *in, const char *text, int longest)
{
    bool all = text_width(text) <= longest;
    int depth = 0;
    for (const char *c = text; *c != '\0'; c++) {
        depth += strchr("([{", *c) != NULL;
        depth -= strchr(")]}", *c) != NULL;
        if (*c == ' ' && (all || depth > 0 || is_behind_operator(text, c)))
            fputs("\xc2\xa0", in->out);
        else
            fputc(*c, in->out);
    }
}

static void style_begin(Inline *in, Style kind)
{
    if (in->page->look.colour)
        fputs(style_sequence(kind), in->out);
}

static void style_end(Inline *in)
{
    if (in->page->look.colour)
        fprintf(in->out, "\033[0m%s", in->outer);
}

static void write_emphasis(Inline *in, Style kind, const char *text, size_t size)
{
    const char *outer = in->outer;
    const char *mark = kind == STYLE_EMPHASIS && !in->page->look.colour ? "*" : "";
    fputs(mark, in->out);
    style_begin(in, kind);
    in->outer = in->page->look.colour ? scratch_format("%s%s", outer, style_sequence(kind)) : outer;
    write_stretch(in, text, size);
    in->outer = outer;
    style_end(in);
    fputs(mark, in->out);
}

static void write_code(Inline *in, const char *text, size_t size)
{
    size_t marks = strspn(text, "`");
    const char *code = scratch_format("%.*s", (int)(size - 2 * marks), text + marks);
    const char *mark = in->page->look.colour ? "" : "`";
    fputs(mark, in->out);
    style_begin(in, STYLE_CODE);
    write_together(in, code, 48);
    style_end(in);
    fputs(mark, in->out);
}

static void write_formula(Inline *in, const char *text, size_t size)
{
    char *formula = math_inline(text + 1, size - 2, in->page->look.unicode);
    write_together(in, formula, 24);
    free(formula);
}

/* ---- links ------------------------------------------------------------------------------- */

/* folder/target without "../": where a link leads, from the course's folder. */
static const char *path_resolve(const char *folder, const char *target)
{
    while (strncmp(target, "../", 3) == 0) {
        const char *slash = strrchr(folder, '/');
        folder = scratch_format("%.*s", slash != NULL ? (int)(slash - folder) : 0, folder);
        target += 3;
    }
    return *folder != '\0' ? scratch_format("%s/%s", folder, target) : target;
}

/* What to say behind a link's text: a command, a path, an address; NULL for nothing. */
static const char *link_note(const Page *page, const char *text, const char *target)
{
    if (*target == '#')
        return NULL;
    if (strncmp(target, "http", 4) == 0)
        return strstr(text, target) != NULL ? NULL : target;
    const char *path = path_resolve(page->folder, target);
    const char *readme = strstr(path, "/README.md"), *end = strrchr(path, '.');
    if (strncmp(path, "chapters/", 9) == 0 && isdigit((unsigned char)path[9])) {
        const char *number = scratch_format("%.2s", path + 9), *name = strchr(path + 9, '/');
        if (readme != NULL && readme[10] == '\0' && strstr(text, number) != NULL)
            return NULL; /* "chapter 07" can be read by anyone */
        if (readme != NULL)
            return scratch_format("./learn read %s%s", number, readme + 10);
        if (name != NULL && end != NULL && strcmp(end, ".md") == 0)
            return scratch_format("./learn read %s%.*s", number, (int)(end - name), name);
    }
    return strstr(text, path) != NULL ? NULL : path;
}

/* [text](target) or ![text](target) at the front; its length, or 0 if there is none. */
static size_t link_length(const char *text, size_t size, size_t *middle)
{
    size_t from = size > 0 && *text == '!' ? 1 : 0;
    if (from + 1 >= size || text[from] != '[')
        return 0;
    *middle = from + 1 + find_mark(text + from + 1, size - from - 1, "](");
    if (*middle >= size)
        return 0;
    size_t end = *middle + find_mark(text + *middle, size - *middle, ")");
    return end < size ? end + 1 : 0;
}

static void write_link(Inline *in, const char *text, size_t size, size_t middle)
{
    const char *target = scratch_format("%.*s", (int)(size - middle - 3), text + middle + 2);
    size_t from = *text == '!' ? 2 : 1;
    const char *words = scratch_format("%.*s", (int)(middle - from), text + from);
    const char *note = from == 2 ? path_resolve(in->page->folder, target)
                                 : link_note(in->page, words, target);
    if (from == 2)
        fputs("figure: ", in->out);
    write_stretch(in, words, strlen(words));
    if (note == NULL)
        return;
    fputs(" (", in->out);
    style_begin(in, STYLE_SOFT);
    write_together(in, note, 40);
    style_end(in);
    fputc(')', in->out);
}

/* ---- the stretch ------------------------------------------------------------------------- */

/* Stars open an emphasis before a letter and close it behind one. Returns what was read, or 0. */
static size_t take_emphasis(Inline *in, const char *text, size_t size)
{
    size_t marks = size > 1 && text[0] == '*' && text[1] == '*' ? 2 : 1;
    if (size <= 2 * marks || *text != '*' || text[marks] == ' ')
        return 0;
    size_t inside = find_mark(text + marks, size - marks, marks == 2 ? "**" : "*");
    if (inside == 0 || inside >= size - marks || text[marks + inside - 1] == ' ')
        return 0;
    write_emphasis(in, marks == 2 ? STYLE_STRONG : STYLE_EMPHASIS, text + marks, inside);
    return 2 * marks + inside;
}

static size_t take_one(Inline *in, const char *text, size_t size)
{
    size_t middle, length = closed_length(text, size);
    if (length > 0 && *text == '`') {
        write_code(in, text, length);
        return length;
    }
    if (length > 0) {
        write_formula(in, text, length);
        return length;
    }
    length = link_length(text, size, &middle);
    if (length > 0) {
        write_link(in, text, length, middle);
        return length;
    }
    length = take_emphasis(in, text, size);
    if (length > 0)
        return length;
    if (*text == '\\' && size > 1 && ispunct((unsigned char)text[1])) {
        fputc(text[1], in->out);
        return 2;
    }
    fputc(*text, in->out);
    return 1;
}

static void write_stretch(Inline *in, const char *text, size_t size)
{
    for (size_t at = 0; at < size;)
        at += take_one(in, text + at, size - at);
}

const char *inline_text(const Page *page, const char *markdown, size_t size)
{
    char *text = NULL;
    size_t length = 0;
    Inline in = {page, open_memstream(&text, &length), ""};
    if (in.out == NULL)
        exit_with("out of memory: a line of the lesson could not be put together");
    write_stretch(&in, markdown, size);
    fclose(in.out);
    const char *copy = scratch_format("%s", text);
    free(text);
    return copy;
}
