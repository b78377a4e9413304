/* lessons: refills what the lessons quote, or with --check says what would change.
 *
 * A fence after <!-- code FILE NAME --> holds that definition, one after <!-- run COMMAND --> holds
 * that command's output; all other fences are left alone. A page is written whole or not at all; a
 * page with a fence that does not end is not touched. Ends with "N passed, N failed", over every
 * such fence, every link, every path and name that a page speaks of, and every formula's answers. */
#include "lessons.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>

/* ---- text ------------------------------------------------------------------------------------ */
Text text_split(char *bytes)
{
    Text text = {.bytes = bytes};
    size_t room = 1;
    for (const char *c = bytes; *c != '\0'; c++)
        room += *c == '\n';
    text.lines = memory_alloc(room * sizeof *text.lines);
    for (char *line = bytes; *line != '\0';) {
        size_t length = strcspn(line, "\n");
        bool more = line[length] == '\n';
        text.lines[text.count++] = line;
        line[length] = '\0';
        line += length + more;
    }
    return text;
}

Error text_open(Text *text, const char *path)
{
    MappedFile file;
    Error error = file_map(&file, path);
    if (error.failed)
        return error_make("expected a file to read, found: %.500s", error.text);
    char *bytes = memory_alloc(file.size + 1);
    if (file.size > 0)
        memcpy(bytes, file.bytes, file.size);
    bytes[file.size] = '\0';
    if (strlen(bytes) != file.size) {
        error = error_make("%s: expected text, found a 0 at byte %zu", path, strlen(bytes));
        free(bytes);
    } else {
        *text = text_split(bytes);
    }
    file_unmap(&file);
    return error;
}

void text_free(Text *text)
{
    free(text->lines);
    free(text->bytes);
    *text = (Text){0};
}

/* The length of the run of ` or ~ that opens or closes a fence on this line; 0 if there is none. */
static size_t fence_run(const char *line)
{
    size_t indent = strspn(line, " ");
    size_t run = line[indent] == '~' ? strspn(line + indent, "~") : strspn(line + indent, "`");
    return indent <= 3 && run >= 3 ? run : 0;
}

bool fence_begins(const char *line)
{
    size_t run = fence_run(line), indent = strspn(line, " ");
    return run > 0 && (line[indent] == '~' || strchr(line + indent + run, '`') == NULL);
}

size_t fence_end(const Text *page, size_t at)
{
    const char *opening = page->lines[at];
    size_t run = fence_run(opening);
    char mark = opening[strspn(opening, " ")];
    for (size_t i = at + 1; i < page->count; i++) {
        const char *line = page->lines[i];
        size_t own = fence_run(line);
        line += strspn(line, " ");
        if (own >= run && *line == mark && line[own + strspn(line + own, " ")] == '\0')
            return i;
    }
    return page->count;
}

static bool is_of_word(char c)
{
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

const char *word_find(const char *from, const char *text, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = strstr(from, name); at != NULL; at = strstr(at + 1, name))
        if ((at == text || !is_of_word(at[-1])) && !is_of_word(at[length]))
            return at;
    return NULL;
}

void place_judge(const Place *place, const Error *error)
{
    if (!error->failed) {
        place->tally->passed++;
        return;
    }
    place->tally->failed++;
    printf("%s:%zu: %s\n", place->path, place->line, error->text);
}

/* ---- markers --------------------------------------------------------------------------------- */
typedef struct {
    char *what;        /* "code FILE NAME" or "run COMMAND"; NULL where the line is no marker */
    char *file, *name; /* of code */
    char *command;     /* of run */
} Marker;

static void marker_free(Marker *marker)
{
    free(marker->what);
    free(marker->file);
    free(marker->name);
    free(marker->command);
    *marker = (Marker){0};
}

static Marker marker_read(const char *line)
{
    Marker marker = {0};
    line += strspn(line, " ");
    if (strncmp(line, "<!-- code ", 10) != 0 && strncmp(line, "<!-- run ", 9) != 0)
        return marker;
    const char *begin = line + 5, *end = strstr(line, "-->");
    if (end == NULL)
        end = line + strlen(line);
    while (end > begin && end[-1] == ' ')
        end--;
    marker.what = text_format("%.*s", (int)(end - begin), begin);
    char *file = memory_alloc(strlen(line) + 1), *name = memory_alloc(strlen(line) + 1);
    int used = 0;
    if (sscanf(marker.what, "code %s %s %n", file, name, &used) == 2 && marker.what[used] == '\0') {
        marker.file = file;
        marker.name = name;
        return marker;
    }
    free(file);
    free(name);
    if (strncmp(marker.what, "run ", 4) == 0)
        marker.command = text_format("%s", marker.what + 4);
    return marker;
}

static Error marker_quote(const Marker *marker, double limit, Text *quoted)
{
    if (marker->command == NULL && marker->file == NULL)
        return error_make("expected <!-- code FILE NAME --> or <!-- run COMMAND -->, found \"%s\"",
                          marker->what);
    Error error = marker->command != NULL ? command_quote(marker->command, limit, quoted)
                                          : code_quote(marker->file, marker->name, quoted);
    for (size_t i = 0; !error.failed && i < quoted->count; i++)
        if (fence_run(quoted->lines[i]) > 0) {
            error = error_make("expected text that fits a fence, found \"%.60s\" in it",
                               quoted->lines[i]);
            text_free(quoted);
        }
    return error.failed ? error_make("%s: %.500s", marker->what, error.text) : error;
}

/* ---- pages ----------------------------------------------------------------------------------- */
typedef struct {
    const char *path;
    Text text;
    FILE *out; /* the page as it shall be, in memory */
    bool check, changed;
    double limit; /* seconds for a command */
    Tally *tally;
} Page;

static void page_put(const Page *page, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++)
        fprintf(page->out, "%s\n", page->text.lines[i]);
}

static void page_judge(const Page *page, size_t line, Error error)
{
    place_judge(&(Place){page->path, line + 1, page->tally}, &error);
}

/* Holds the lines from `begin` to `end` to what was quoted; the first that differs is reported. */
static void fence_compare(Page *page, size_t begin, size_t end, const char *what,
                          const Text *quoted)
{
    size_t same = 0, own = end - begin;
    char **lines = page->text.lines + begin;
    while (same < own && same < quoted->count && strcmp(lines[same], quoted->lines[same]) == 0)
        same++;
    bool equal = same == own && same == quoted->count;
    if (!equal && page->check) {
        const char *wanted = same < quoted->count ? quoted->lines[same] : "the fence's end";
        const char *found = same < own ? lines[same] : "the fence's end";
        page_judge(page, begin + same,
                   error_make("%s: expected \"%.100s\", found \"%.100s\"", what, wanted, found));
        return;
    }
    if (!equal)
        printf("%s:%zu: refilled %s\n", page->path, begin + same + 1, what);
    page->changed = page->changed || !equal;
    page_judge(page, begin, no_error());
}

/* A marker on line `at` and the fence behind it; returns the line after both. */
static size_t quoted_fence(Page *page, size_t at, const Marker *marker)
{
    size_t begin = at + 1;
    if (begin >= page->text.count || !fence_begins(page->text.lines[begin])) {
        page_judge(page, at, error_make("%s: expected a fence on the next line, found none",
                                        marker->what));
        page_put(page, at, begin);
        return begin;
    }
    size_t end = fence_end(&page->text, begin);
    Text quoted;
    Error error = marker_quote(marker, page->limit, &quoted);
    if (error.failed) {
        page_judge(page, at, error);
        page_put(page, at, end + 1);
        return end + 1;
    }
    fence_compare(page, begin + 1, end, marker->what, &quoted);
    page_put(page, at, begin + 1);
    for (size_t i = 0; i < quoted.count; i++)
        fprintf(page->out, "%s\n", quoted.lines[i]);
    page_put(page, end, end + 1);
    text_free(&quoted);
    return end + 1;
}

/* What begins on line `at`: a quoted fence, another fence, a formula, or a line of prose; returns the
 * next. */
static size_t page_step(Page *page, size_t at)
{
    const char *line = page->text.lines[at];
    Marker marker = marker_read(line);
    size_t next = at + 1;
    if (marker.what != NULL) {
        next = quoted_fence(page, at, &marker);
    } else if (fence_begins(line)) {
        next = fence_end(&page->text, at) + 1;
        page_put(page, at, next);
    } else if (formula_begins(line)) {
        next = formula_check(&page->text, at, &(Place){page->path, at + 1, page->tally});
        page_put(page, at, next);
    } else {
        line_check(&(Place){page->path, at + 1, page->tally}, line);
        page_put(page, at, next);
    }
    marker_free(&marker);
    return next;
}

static Error page_write(const char *path, const char *bytes, size_t size)
{
    NewFile file;
    Error error = file_create(&file, path);
    if (error.failed)
        return error;
    fwrite(bytes, 1, size, file.stream); /* the commit asks whether that went well */
    return file_commit(&file);
}

/* Whether every fence ends: what stands behind one that does not cannot be told from it. */
static bool page_closes(const Page *page)
{
    for (size_t at = 0; at < page->text.count; at++) {
        if (!fence_begins(page->text.lines[at]))
            continue;
        size_t end = fence_end(&page->text, at);
        if (end == page->text.count) {
            page_judge(page, at, error_make("a fence: expected its end, found the page's"));
            return false;
        }
        at = end;
    }
    return true;
}

static Error page_do(Page *page)
{
    char *bytes = NULL;
    size_t size = 0;
    Error error = text_open(&page->text, page->path);
    if (error.failed)
        return error;
    if (page_closes(page)) {
        page->out = open_memstream(&bytes, &size);
        if (page->out == NULL)
            exit_with("lessons: expected memory for %s, found none", page->path);
        for (size_t at = 0; at < page->text.count;)
            at = page_step(page, at);
        fclose(page->out);
    }
    if (page->changed)
        error = page_write(page->path, bytes, size);
    free(bytes);
    text_free(&page->text);
    return error;
}

int main(int argc, char **argv)
{
    bool check = false;
    double limit = 60;
    const Option table[] = {
        {"check", OPTION_FLAG, &check, 0, 0, "change nothing; what would change is a failure"},
        {"limit", OPTION_NUMBER, &limit, 0.01, 3600, "seconds that a command may take"}};
    options_parse(argc, argv,
                  "usage: lessons [options]      (make lessons [CHECK=1] does)\n"
                  "In the repository's root: refills what README.md and chapters/*/README.md quote,\n"
                  "and checks their links.",
                  table, sizeof table / sizeof *table);
    Tally tally = {0, 0};
    glob_t pages;
    if (glob("README.md", 0, NULL, &pages) != 0)
        exit_with("lessons: expected the repository's root, found no README.md here");
    glob("chapters/*/README.md", GLOB_APPEND, NULL, &pages);
    for (size_t i = 0; i < pages.gl_pathc; i++) {
        Page page = {.path = pages.gl_pathv[i], .check = check, .limit = limit, .tally = &tally};
        exit_if(page_do(&page));
    }
    globfree(&pages);
    printf("%zu passed, %zu failed\n", tally.passed, tally.failed);
    exit_if_unwritten();
    return tally.failed > 0;
}
