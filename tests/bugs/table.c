/* table: the plain text that the trials are read from. What a line must look like stands at the top
 * of each file; a line that does not is answered with its file, its number and what was expected.
 */
#include "bugs.h"

#include <stdlib.h>
#include <string.h>

/* ---- lines ----------------------------------------------------------------------------------- */
/* A file's text, cut into lines: each ends with a zero byte instead of its newline. */
typedef struct {
    const char *path;
    char *text, *next, *end;
    int number;
} Lines;

static Error text_read(const char *path, char **text, size_t *size)
{
    MappedFile file;
    Error error = file_map(&file, path);
    if (error.failed)
        return error;
    *text = memory_alloc(file.size + 1);
    if (file.size > 0)
        memcpy(*text, file.bytes, file.size);
    (*text)[file.size] = '\0';
    *size = file.size;
    file_unmap(&file);
    return no_error();
}

static Error lines_open(Lines *lines, const char *path)
{
    size_t size;
    *lines = (Lines){.path = path};
    Error error = text_read(path, &lines->text, &size);
    lines->next = lines->text;
    lines->end = error.failed ? NULL : lines->text + size;
    return error;
}

/* The next line, or NULL after the last. */
static char *line_next(Lines *lines)
{
    if (lines->next >= lines->end)
        return NULL;
    char *line = lines->next;
    char *stop = memchr(line, '\n', (size_t)(lines->end - line));
    stop = stop == NULL ? lines->end : stop;
    *stop = '\0';
    lines->next = stop + 1;
    lines->number++;
    return line;
}

/* The next line that is neither blank nor a comment. */
static char *line_next_meant(Lines *lines)
{
    char *line;
    do
        line = line_next(lines);
    while (line != NULL && (line[0] == '#' || line[strspn(line, " ")] == '\0'));
    return line;
}

static Error line_error(const Lines *lines, const char *expected, const char *found)
{
    return error_make("%s:%d: expected %s, found \"%s\"", lines->path, lines->number, expected,
                      found == NULL ? "the end of the file" : found);
}

/* "name value" gives value; NULL when the line does not begin with this name. */
static char *value_of(char *line, const char *name)
{
    size_t length = strlen(name);
    if (line == NULL || strncmp(line, name, length) != 0 || line[length] != ' ')
        return NULL;
    return line + length + strspn(line + length, " ");
}

/* ---- recipe ---------------------------------------------------------------------------------- */
static char **words_of(char *line)
{
    size_t count = 0, room = strlen(line) / 2 + 2;
    char **words = memory_alloc(room * sizeof *words);
    for (char *word = strtok(line, " "); word != NULL; word = strtok(NULL, " "))
        words[count++] = word;
    words[count] = NULL;
    return words;
}

static Error recipe_line(Recipe *recipe, Lines *lines, char *line, size_t *gates)
{
    char *value;
    if ((value = value_of(line, "folder")) != NULL)
        recipe->folder = value;
    else if ((value = value_of(line, "tables")) != NULL)
        recipe->tables = value;
    else if ((value = value_of(line, "lib")) != NULL)
        recipe->lib = value;
    else if ((value = value_of(line, "objects")) != NULL)
        recipe->objects = value;
    else if ((value = value_of(line, "compile")) != NULL)
        recipe->compile = words_of(value);
    else if ((value = value_of(line, "link")) != NULL)
        recipe->link = words_of(value);
    else if ((value = value_of(line, "libs")) != NULL)
        recipe->libs = words_of(value);
    else if ((value = value_of(line, "gate")) != NULL)
        recipe->gates[(*gates)++] = words_of(value);
    else
        return line_error(lines, "folder, tables, lib, objects, compile, link, libs or gate", line);
    return no_error();
}

Error recipe_read(Recipe *recipe, const char *path)
{
    Lines lines;
    *recipe = (Recipe){.folder = NULL};
    Error error = lines_open(&lines, path);
    if (error.failed)
        return error;
    recipe->memory = lines.text;
    size_t gates = 0, room = 2;
    for (const char *c = lines.text; *c != '\0'; c++)
        room += *c == '\n';
    recipe->gates = memory_alloc(room * sizeof *recipe->gates);
    for (char *line = line_next_meant(&lines); line != NULL && !error.failed;
         line = line_next_meant(&lines))
        error = recipe_line(recipe, &lines, line, &gates);
    recipe->gates[gates] = NULL;
    if (!error.failed && (recipe->folder == NULL || recipe->tables == NULL || recipe->lib == NULL ||
                          recipe->objects == NULL || recipe->compile == NULL ||
                          recipe->link == NULL || recipe->libs == NULL))
        error =
            error_make("%s: expected folder, tables, lib, objects, compile, link and libs; found "
                       "only some of them",
                       path);
    return error;
}

void recipe_free(Recipe *recipe)
{
    for (char ***gate = recipe->gates; gate != NULL && *gate != NULL; gate++)
        free(*gate);
    free(recipe->gates);
    free(recipe->compile);
    free(recipe->link);
    free(recipe->libs);
    free(recipe->memory);
    *recipe = (Recipe){.folder = NULL};
}

/* ---- subjects -------------------------------------------------------------------------------- */
static Error subject_make(Subject *subject, const Lines *lines, char *line, const char *lib)
{
    char **words = words_of(line);
    int count = 0;
    bool fits = true;
    *subject = (Subject){.n_functions = 0};
    for (; words[count] != NULL; count++)
        fits = fits && strlen(words[count]) < WORD_MAX && count < 3 + FUNCTIONS_MAX;
    if (!fits || count < 3) {
        free(words);
        return line_error(lines, "a file, a chapter, a row, and some functions", line);
    }
    snprintf(subject->file, WORD_MAX, "%s", words[0]);
    snprintf(subject->chapter, WORD_MAX, "%s", words[1]);
    snprintf(subject->row, WORD_MAX, "%s", words[2]);
    for (int k = 3; k < count; k++)
        snprintf(subject->functions[subject->n_functions++], WORD_MAX, "%s", words[k]);
    free(words);
    char path[300];
    snprintf(path, sizeof path, "%s/%s", lib, subject->file);
    return text_read(path, &subject->text, &subject->size);
}

Error subjects_read(Subjects *subjects, const char *path, const char *lib)
{
    Lines lines;
    *subjects = (Subjects){NULL, 0};
    Error error = lines_open(&lines, path);
    for (char *line = line_next_meant(&lines); line != NULL && !error.failed;
         line = line_next_meant(&lines)) {
        subjects->items = memory_realloc(subjects->items,
                                         (size_t)(subjects->count + 1) * sizeof *subjects->items);
        error = subject_make(&subjects->items[subjects->count], &lines, line, lib);
        subjects->count += !error.failed;
    }
    free(lines.text);
    return error;
}

void subjects_free(Subjects *subjects)
{
    for (int i = 0; i < subjects->count; i++)
        free(subjects->items[i].text);
    free(subjects->items);
    *subjects = (Subjects){NULL, 0};
}

/* ---- by hand --------------------------------------------------------------------------------- */
/* Lines up to one that is `stop` or `other`, joined; the stop line is returned in *line. */
static char *block_read(Lines *lines, const char *stop, const char *other, char **line)
{
    char *block = text_format("%s", "");
    for (*line = line_next(lines); *line != NULL; *line = line_next(lines)) {
        if (strcmp(*line, stop) == 0 || (other != NULL && strcmp(*line, other) == 0))
            return block;
        char *longer = text_format("%s%s%s", block, *block == '\0' ? "" : "\n", *line);
        free(block);
        block = longer;
    }
    return block;
}

static Error edit_add(Bug *bug, const Lines *lines, const char *find, char *put)
{
    const char *text = bug->subject->text, *at = strstr(text, find);
    if (*find == '\0' || at == NULL || strstr(at + 1, find) != NULL || bug->n_edits == EDITS_MAX) {
        free(put);
        return error_make(
            "%s:%d: expected a text that lib/%s holds exactly once, found one that it %s",
            lines->path, lines->number, bug->subject->file,
            at == NULL ? "does not hold" : "holds more often");
    }
    size_t begin = (size_t)(at - text), end = begin + strlen(find);
    int k = bug->n_edits++;
    for (; k > 0 && bug->edits[k - 1].begin > begin; k--)
        bug->edits[k] = bug->edits[k - 1];
    bug->edits[k] = (Edit){begin, end, put};
    if ((k > 0 && bug->edits[k - 1].end > begin) ||
        (k + 1 < bug->n_edits && bug->edits[k + 1].begin < end))
        return error_make("%s:%d: expected texts that do not overlap", lines->path, lines->number);
    return no_error();
}

static Error edits_read(Bug *bug, Lines *lines, char *line)
{
    Error error = no_error();
    while (line != NULL && strcmp(line, "find") == 0 && !error.failed) {
        char *find = block_read(lines, "put", NULL, &line);
        char *put = block_read(lines, "find", "end", &line);
        error = edit_add(bug, lines, find, put);
        free(find);
    }
    if (!error.failed && (line == NULL || strcmp(line, "end") != 0 || bug->n_edits == 0))
        error = line_error(lines, "find, put and end, each on a line of its own", line);
    return error;
}

static Subject *subject_find(Subjects *subjects, const char *file, const char *chapter,
                             const char *row)
{
    for (int i = 0; i < subjects->count; i++) {
        Subject *subject = &subjects->items[i];
        if (strcmp(subject->file, file) == 0 && strcmp(subject->row, row) == 0 &&
            strcmp(subject->chapter, chapter) == 0)
            return subject;
    }
    return NULL;
}

static Error by_hand_one(Bugs *bugs, Subjects *subjects, Lines *lines, char *line)
{
    static const char *const names[5] = {"bug", "file", "chapter", "row", "asks"};
    char *value[5];
    for (int k = 0; k < 5; k++, line = line_next_meant(lines)) {
        value[k] = value_of(line, names[k]);
        if (value[k] == NULL || (k == 0 && strlen(value[k]) >= WORD_MAX))
            return line_error(lines, "the lines bug, file, chapter, row and asks, in this order",
                              line);
    }
    Subject *subject = subject_find(subjects, value[1], value[2], value[3]);
    if (subject == NULL)
        return error_make("%s:%d: subjects.txt has no %s with chapter %s and row %s", lines->path,
                          lines->number, value[1], value[2], value[3]);
    Bug *bug = bugs_add(bugs, subject);
    bug->by_hand = true;
    bug->says = text_format("%s", value[4]);
    snprintf(bug->id, sizeof bug->id, "%s", value[0]);
    for (int k = 0; k < bugs->count - 1; k++)
        if (strcmp(bugs->items[k].id, bug->id) == 0)
            return error_make("%s:%d: two bugs are called %s", lines->path, lines->number, bug->id);
    if (line != NULL && strcmp(line, "sign") == 0) {
        bug->sign = true;
        line = line_next_meant(lines);
    }
    return edits_read(bug, lines, line);
}

Error by_hand_read(Bugs *bugs, Subjects *subjects, const char *path)
{
    Lines lines;
    Error error = lines_open(&lines, path);
    for (char *line = line_next_meant(&lines); line != NULL && !error.failed;
         line = line_next_meant(&lines))
        error = by_hand_one(bugs, subjects, &lines, line);
    free(lines.text);
    return error;
}

/* ---- equivalents ----------------------------------------------------------------------------- */
/* Keys, then an indented reason that is all of theirs. */
Error equivalents_read(Equivalents *equivalents, const char *path)
{
    Lines lines;
    *equivalents = (Equivalents){NULL, 0};
    Error error = lines_open(&lines, path);
    int open = 0; /* keys that still wait for their reason */
    for (char *line = line_next_meant(&lines); line != NULL && !error.failed;
         line = line_next_meant(&lines)) {
        if (line[0] != ' ') {
            size_t count = (size_t)++equivalents->count;
            equivalents->items =
                memory_realloc(equivalents->items, count * sizeof *equivalents->items);
            equivalents->items[count - 1] =
                (Equivalent){text_format("%s", line), NULL, lines.number, false};
            open++;
            continue;
        }
        if (open == 0)
            error = line_error(&lines, "a key before each reason", line);
        for (; open > 0; open--)
            equivalents->items[equivalents->count - open].reason =
                text_format("%s", line + strspn(line, " "));
    }
    if (!error.failed && open > 0)
        error = line_error(&lines, "an indented reason after each key", NULL);
    free(lines.text);
    return error;
}

void equivalents_free(Equivalents *equivalents)
{
    for (int i = 0; i < equivalents->count; i++) {
        free(equivalents->items[i].key);
        free(equivalents->items[i].reason);
    }
    free(equivalents->items);
    *equivalents = (Equivalents){NULL, 0};
}
