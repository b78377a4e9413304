/* formulas: what a lesson derives must be so. A comment <!-- formula ... --> says a derivation's
 * result again, in the keywords of exercises/README.md; it is judged as a student's answer would
 * be, at many seeds, and the mistakes that it names must be rejected. */
#include "lessons.h"

#include "paper.h"

#include <stdlib.h>
#include <string.h>

enum { SEEDS = 20 };
static const char opening[] = "<!-- formula";

bool formula_begins(const char *line)
{
    line += strspn(line, " ");
    size_t length = sizeof opening - 1;
    return strncmp(line, opening, length) == 0 && (line[length] == ' ' || line[length] == '\0');
}

/* The text of the comment that begins on line `at`, its marks left out, with a newline for each of
 * its lines; *end is the line that closes it, or `count`. The caller frees. */
static char *comment_text(const Text *page, size_t at, size_t *end)
{
    size_t size = 1;
    for (*end = at; *end < page->count && strstr(page->lines[*end], "-->") == NULL; *end += 1)
        size += strlen(page->lines[*end]) + 1;
    if (*end < page->count)
        size += strlen(page->lines[*end]) + 1;
    char *text = memory_calloc(size, 1), *to = text;
    for (size_t i = at; i < page->count && i <= *end; i++) {
        const char *line = page->lines[i];
        if (i == at)
            line = strstr(line, opening) + sizeof opening - 1;
        const char *close = strstr(line, "-->");
        size_t length = close == NULL ? strlen(line) : (size_t)(close - line);
        to += sprintf(to, "%.*s\n", (int)length, line);
    }
    return text;
}

/* The reader's errors name the page and the line themselves, and the line more exactly. */
static void judge(const Place *comment, const Error *error)
{
    Place place = *comment;
    Error told = *error;
    size_t length = strlen(place.path);
    if (error->failed && strncmp(error->text, place.path, length) == 0 &&
        error->text[length] == ':') {
        char *rest;
        place.line = strtoul(error->text + length + 1, &rest, 10);
        told = error_make("formula: %s", rest + strspn(rest, ": "));
    }
    place_judge(&place, &told);
}

size_t formula_check(const Text *page, size_t at, const Place *place)
{
    size_t end;
    char *text = comment_text(page, at, &end);
    if (end == page->count) {
        Error open = error_make("a formula's comment: expected its end, found the page's");
        place_judge(place, &open);
        free(text);
        return at + 1;
    }
    Paper paper;
    Error error = paper_read_lesson(&paper, place->path, place->line, text);
    if (error.failed)
        judge(place, &error);
    for (size_t i = 0; !error.failed && i < paper.count; i++) {
        size_t answers = 0;
        Error wrong = paper_audit(&paper.parts[i], SEEDS, &answers);
        judge(place, &wrong);
        place->tally->passed += wrong.failed ? 0 : answers - 1;
    }
    paper_free(&paper);
    free(text);
    return end + 1;
}

/* Where the section that is being read stands. */
typedef struct {
    bool in_derivation, has_formula;
    size_t displayed; /* the line of the derivation's first displayed formula, from 1; 0: none */
} Section;

static void section_end(const Section *section, const char *path, Tally *tally)
{
    if (section->displayed == 0)
        return;
    Error error = no_error();
    if (!section->has_formula)
        error = error_make("a formula that is derived: expected <!-- formula ... --> in its section, "
                           "found none");
    place_judge(&(Place){path, section->displayed, tally}, &error);
}

void derivations_check(const Text *page, const char *path, Tally *tally)
{
    Section section = {0};
    for (size_t at = 0; at < page->count; at++) {
        const char *line = page->lines[at];
        if (fence_begins(line)) {
            at = fence_end(page, at);
            continue;
        }
        if (line[0] == '#') {
            section_end(&section, path, tally);
            section = (Section){0};
        }
        if (strncmp(line, "**", 2) == 0)
            section.in_derivation = strncmp(line, "**Derive", 8) == 0;
        if (section.in_derivation && section.displayed == 0 && strncmp(line, "$$", 2) == 0)
            section.displayed = at + 1;
        section.has_formula = section.has_formula || formula_begins(line);
    }
    section_end(&section, path, tally);
}
