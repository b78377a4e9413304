/* links: what a page speaks of must be there. Links and images are looked for outside of code and
 * of $math$; what stands in backticks is a path or a name when it looks like one of ours. Addresses
 * elsewhere are left alone: no check of ours needs a network. */
#include "lessons.h"

#include <ctype.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* ---- anchors --------------------------------------------------------------------------------- */
/* GitHub's name for a heading: letters in lower case, digits, - and _ stay, blanks become -, all
 * else goes. Beyond ASCII letters stay and the general punctuation, U+2000 to U+206F, goes. */
static char *slug_of(const char *heading)
{
    size_t length = strlen(heading), mark = strspn(heading, "# ");
    while (length > mark && heading[length - 1] == ' ')
        length--;
    char *slug = text_format("%.*s", (int)(length - mark), heading + mark), *to = slug;
    for (const char *c = slug; *c != '\0'; c++) {
        unsigned char byte = (unsigned char)*c;
        if (byte == ']' && c[1] == '(') /* of a link its text stays */
            c += strcspn(c, ")") - (c[strcspn(c, ")")] == '\0');
        else if (byte == 0xE2 && ((unsigned char)c[1] == 0x80 || (unsigned char)c[1] == 0x81))
            c += c[2] == '\0' ? 1 : 2;
        else if (isalnum(byte) || byte >= 0x80 || byte == '-' || byte == '_')
            *to++ = (char)(byte < 0x80 ? tolower(byte) : byte);
        else if (byte == ' ')
            *to++ = '-';
    }
    *to = '\0';
    return slug;
}

static bool is_heading(const char *line)
{
    size_t depth = strspn(line, "#");
    return depth >= 1 && depth <= 6 && line[depth] == ' ';
}

/* The second heading of one name has -1 at its end, the third -2. */
static bool has_heading(const Text *page, const char *anchor)
{
    bool found = false;
    char **slugs = memory_calloc(page->count + 1, sizeof *slugs);
    size_t count = 0;
    for (size_t i = 0; i < page->count && !found; i++) {
        if (fence_begins(page->lines[i])) {
            i = fence_end(page, i);
            continue;
        }
        if (!is_heading(page->lines[i]))
            continue;
        size_t before = 0;
        slugs[count] = slug_of(page->lines[i]);
        for (size_t k = 0; k < count; k++)
            before += strcmp(slugs[k], slugs[count]) == 0;
        char *full = before == 0 ? text_format("%s", slugs[count])
                                 : text_format("%s-%zu", slugs[count], before);
        found = strcmp(full, anchor) == 0;
        free(full);
        count++;
    }
    for (size_t k = 0; k < count; k++)
        free(slugs[k]);
    free(slugs);
    return found;
}

static Error anchor_check(const char *path, const char *anchor)
{
    Text page;
    Error error = text_open(&page, path);
    if (error.failed)
        return error;
    if (!has_heading(&page, anchor))
        error = error_make("#%s: expected a heading of that name in %s, found none", anchor, path);
    text_free(&page);
    return error;
}

/* ---- links ----------------------------------------------------------------------------------- */
static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), own = strlen(end);
    return length >= own && strcmp(text + length - own, end) == 0;
}

/* `name` seen from the folder of `page`; the caller frees. */
static char *path_beside(const char *page, const char *name)
{
    const char *slash = strrchr(page, '/');
    return text_format("%.*s%s", slash == NULL ? 0 : (int)(slash - page + 1), page, name);
}

/* A path as a link gives it: from the page's own folder, or with a / from the root; nothing at all
 * is the page, and a folder shows its README.md. */
static char *link_path(const char *page, const char *link)
{
    size_t length = strcspn(link, "#");
    char *name = text_format("%.*s", (int)length, link);
    char *path = length == 0      ? text_format("%s", page)
                 : name[0] == '/' ? text_format(".%s", name)
                                  : path_beside(page, name);
    free(name);
    return path;
}

static Error link_check(const char *page, const char *link)
{
    struct stat status;
    char *path = link_path(page, link);
    const char *anchor = strchr(link, '#');
    Error error = no_error();
    if (stat(path, &status) != 0)
        error = error_make("link to %s: expected a file or folder %s, found none", link, path);
    else if (S_ISDIR(status.st_mode) && anchor != NULL) {
        char *inner = text_format("%s/README.md", path);
        free(path);
        path = inner;
    }
    if (!error.failed && anchor != NULL && anchor[1] != '\0' && ends_with(path, ".md"))
        error = anchor_check(path, anchor + 1);
    free(path);
    return error;
}

static void link_judge(const Place *place, const char *from, const char *ends)
{
    char *link = text_format("%.*s", (int)strcspn(from, ends), from);
    if (strstr(link, "://") == NULL && strncmp(link, "mailto:", 7) != 0) {
        Error error = *link == '\0' ? error_make("a link: expected where it leads, found nothing")
                                    : link_check(place->path, link);
        place_judge(place, &error);
    }
    free(link);
}

/* Every link that begins behind `start`, as in [text](link), and ends before one of `ends`. */
static void links_behind(const Place *place, const char *line, const char *start, const char *ends)
{
    for (const char *at = strstr(line, start); at != NULL; at = strstr(at, start)) {
        at += strlen(start);
        link_judge(place, at, ends);
    }
}

/* ---- spans ----------------------------------------------------------------------------------- */
/* What stands between as many `marks` on both sides. */
typedef struct {
    char *begin, *end;
    size_t marks;
} Span;

static char *run_find(char *text, char mark, size_t marks)
{
    const char one[] = {mark, '\0'};
    for (char *at = strchr(text, mark); at != NULL; at = strchr(at, mark)) {
        if (strspn(at, one) == marks)
            return at;
        at += strspn(at, one);
    }
    return NULL;
}

/* Fills `spans`, which has room for one in two characters; returns how many. */
static size_t spans_find(char *line, char mark, Span *spans)
{
    const char one[] = {mark, '\0'};
    size_t count = 0;
    for (char *at = strchr(line, mark); at != NULL; at = strchr(at, mark)) {
        size_t marks = strspn(at, one);
        char *end = run_find(at + marks, mark, marks);
        if (end != NULL)
            spans[count++] = (Span){at + marks, end, marks};
        at = end != NULL ? end + marks : at + marks;
    }
    return count;
}

static void spans_blank(const Span *spans, size_t count)
{
    for (size_t i = 0; i < count; i++)
        memset(spans[i].begin, ' ', (size_t)(spans[i].end - spans[i].begin));
}

/* ---- paths and names in backticks ------------------------------------------------------------ */
static bool is_of_house(const char *path)
{
    static const char *const folders[] = {"lib/",   "chapters/",  "tests/",
                                          "plots/", "exercises/", "solutions/"};
    bool own = false;
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        own = own || strncmp(path, folders[i], strlen(folders[i])) == 0;
    return own && strstr(path, "NN") == NULL; /* chapters/NN-name is any of them */
}

static void path_judge(const Place *place, const char *span)
{
    char *path = text_format("%.*s", (int)strcspn(span, " :#"), span);
    glob_t found;
    if (is_of_house(path)) {
        Error error = no_error();
        if (glob(path, 0, NULL, &found) == 0)
            globfree(&found);
        else
            error = error_make("`%s`: expected a file or folder of that name, found none", path);
        place_judge(place, &error);
    }
    free(path);
}

static bool is_name(const char *text)
{
    size_t length = 0;
    while (isalnum((unsigned char)text[length]) || text[length] == '_')
        length++;
    return length > 0 && text[length] == '\0' && !isdigit((unsigned char)*text);
}

static bool is_file_name(const char *text)
{
    static const char *const ends[] = {".c", ".h", ".sh", ".py", ".gp", ".txt"};
    bool is = false;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        is = is || ends_with(text, ends[i]);
    return is && strpbrk(text, " *") == NULL;
}

static void name_judge(const Place *place, const char *name, const char *file)
{
    Text source;
    char *path = is_of_house(file) ? text_format("%s", file) : path_beside(place->path, file);
    Error error = text_open(&source, path);
    bool found = false;
    for (size_t i = 0; !error.failed && i < source.count && !found; i++)
        found = word_find(source.lines[i], source.lines[i], name) != NULL;
    if (!error.failed)
        text_free(&source);
    if (!error.failed && !found)
        error = error_make("`%s`: expected that name in %s, found none", name, path);
    place_judge(place, &error);
    free(path);
}

/* The words between two spans, as in `a`, `b` and `c` in `file`. */
static bool is_between(const Span *left, const char *words)
{
    const char *from = left->end + left->marks;
    return strncmp(from, words, strlen(words)) == 0 && from[strlen(words)] == '`';
}

/* Spans are ended by zeros here, so that each is a string. */
static void names_judge(const Place *place, const Span *spans, size_t count, const bool *before_in,
                        const bool *before_more)
{
    for (size_t file = 1; file < count; file++) {
        if (!before_in[file - 1] || !is_file_name(spans[file].begin))
            continue;
        size_t name = file;
        do {
            name--;
            if (is_name(spans[name].begin))
                name_judge(place, spans[name].begin, spans[file].begin);
        } while (name > 0 && before_more[name - 1]);
    }
}

static void spans_judge(const Place *place, const Span *spans, size_t count)
{
    bool *before_in = memory_calloc(count + 1, sizeof *before_in);
    bool *before_more = memory_calloc(count + 1, sizeof *before_more);
    for (size_t i = 0; i + 1 < count; i++) {
        before_in[i] = is_between(&spans[i], " in ");
        before_more[i] = is_between(&spans[i], ", ") || is_between(&spans[i], " and ") ||
                         is_between(&spans[i], ", and ") || is_between(&spans[i], " or ");
    }
    for (size_t i = 0; i < count; i++)
        *spans[i].end = '\0';
    for (size_t i = 0; i < count; i++)
        path_judge(place, spans[i].begin);
    names_judge(place, spans, count, before_in, before_more);
    free(before_in);
    free(before_more);
}

void line_check(const Place *place, const char *line)
{
    char *copy = text_format("%s", line), *plain = text_format("%s", line);
    Span *spans = memory_calloc(strlen(line) / 2 + 1, sizeof *spans);
    spans_blank(spans, spans_find(plain, '`', spans));
    spans_blank(spans, spans_find(plain, '$', spans));
    links_behind(place, plain, "](", " )");
    links_behind(place, plain, "src=\"", "\"");
    links_behind(place, plain, "href=\"", "\"");
    const char *label_end = strstr(plain, "]: ");
    if (*plain == '[' && label_end != NULL) /* [label]: link, used elsewhere on the page */
        link_judge(place, label_end + 3, " ");
    spans_judge(place, spans, spans_find(copy, '`', spans));
    free(spans);
    free(copy);
    free(plain);
}
