/* course: which exercises there are, read from their text files; what the format is stands in
 * exercises/README.md. */
#include "course.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- paths ----------------------------------------------------------------------------------- */

static const char *path_make(const char *room, const Exercise *exercise, const char *end)
{
    static char paths[8][PATH_ROOM];
    static int turn;
    char *path = paths[turn = (turn + 1) % 8];
    snprintf(path, PATH_ROOM, "%s/%s%s", room, exercise->id, end);
    return path;
}

const char *path_starter(const Exercise *exercise)
{
    return exercise->paper ? NULL : path_make("exercises", exercise, ".c");
}

const char *path_text(const Exercise *exercise)
{
    return path_make("exercises", exercise, ".txt");
}

const char *path_check(const Exercise *exercise)
{
    static char path[PATH_ROOM];
    if (exercise->check == NULL)
        return path_make("exercises", exercise, ".check.c");
    snprintf(path, sizeof path, "exercises/%s/%.80s.check.c", exercise->chapter, exercise->check);
    return path;
}

const char *path_solution(const Exercise *exercise)
{
    return path_make("solutions", exercise, exercise->paper ? ".md" : ".c");
}

const char *path_work(const Exercise *exercise)
{
    return path_make("work", exercise, exercise->paper ? ".txt" : ".c");
}

/* ---- reading one text file ------------------------------------------------------------------- */

typedef struct {
    const char *path;
    char *next;
    int number;
} Lines;

/* The next line without its newline, or NULL after the last. */
static char *line_next(Lines *lines)
{
    char *line = lines->next;
    if (*line == '\0')
        return NULL;
    size_t length = strcspn(line, "\n");
    lines->next = line + length + (line[length] == '\n');
    line[length] = '\0';
    lines->number++;
    return line;
}

static Error line_error(const Lines *lines, const char *expected, const char *found)
{
    return error_make("%s:%d: expected %s, found \"%.60s\"", lines->path, lines->number, expected,
                      found == NULL ? "the end of the file" : found);
}

/* "name   value" gives value, "name" alone the empty text; NULL when it is another keyword's line. */
static char *value_of(char *line, const char *name)
{
    size_t length = strlen(name);
    if (strncmp(line, name, length) != 0 || (line[length] != ' ' && line[length] != '\0'))
        return NULL;
    return line + length + strspn(line + length, " ");
}

/* The indented lines that follow, joined in place by newlines, without the indent. "." alone is an
 * empty line. */
static char *long_text(Lines *lines)
{
    char *text = lines->next, *end = text;
    while (strncmp(lines->next, "  ", 2) == 0) {
        char *line = line_next(lines) + 2;
        size_t length = strcmp(line, ".") == 0 ? 0 : strlen(line);
        memmove(end, line, length);
        end += length;
        *end++ = '\n';
    }
    if (end > text)
        end[-1] = '\0'; /* in place of the last newline: never beyond what was read */
    else
        text = NULL;
    return text;
}

/* The lines up to one that is exactly `a` or `b`; *stop says which. Every line keeps its newline. */
static char *verbatim(Lines *lines, const char *a, const char *b, const char **stop)
{
    char *text = lines->next;
    *stop = NULL;
    while (*lines->next != '\0') {
        char *line = lines->next;
        size_t length = strcspn(line, "\n");
        lines->next = line + length + (line[length] == '\n');
        lines->number++;
        for (int k = 0; k < 2; k++) {
            const char *word = k == 0 ? a : b;
            if (length == strlen(word) && strncmp(line, word, length) == 0) {
                *line = '\0'; /* ends the text before it */
                *stop = word;
                return text;
            }
        }
    }
    return text;
}

static Error slip_edits(Slip *slip, Lines *lines)
{
    const char *stop = "find";
    while (strcmp(stop, "find") == 0) {
        if (slip->n_edits == EDITS_MAX)
            return line_error(lines, "at most 6 edits of a bug", "another find");
        Edit *edit = &slip->edits[slip->n_edits++];
        edit->find = verbatim(lines, "put", "put", &stop);
        if (stop == NULL)
            return line_error(lines, "put after find", NULL);
        edit->put = verbatim(lines, "find", "end", &stop);
        if (stop == NULL)
            return line_error(lines, "find or end after put", NULL);
    }
    return no_error();
}

static Error slip_line(Exercise *exercise, Lines *lines, char *line, bool *known)
{
    char *value;
    Slip *slip = exercise->n_slips == 0 ? NULL : &exercise->slips[exercise->n_slips - 1];
    *known = true;
    if ((value = value_of(line, "bug")) != NULL) {
        if (exercise->n_slips == BUGS_MAX)
            return line_error(lines, "at most 16 bugs", line);
        exercise->slips[exercise->n_slips++] = (Slip){.id = value};
    } else if (slip != NULL && (value = value_of(line, "name")) != NULL)
        slip->name = value;
    else if (slip != NULL && (value = value_of(line, "asks")) != NULL)
        slip->asks = value;
    else if (slip != NULL && value_of(line, "find") != NULL)
        return slip_edits(slip, lines);
    else
        *known = false;
    return no_error();
}

static Error hint_line(Exercise *exercise, Lines *lines)
{
    for (int k = 0; k < HINTS; k++)
        if (exercise->hints[k] == NULL) {
            exercise->hints[k] = long_text(lines);
            return exercise->hints[k] != NULL ? no_error()
                                              : line_error(lines, "an indented text", "hint");
        }
    return line_error(lines, "4 hints", "a fifth");
}

static Error head_line(Exercise *exercise, Lines *lines, char *line)
{
    char *value;
    bool known = true;
    if ((value = value_of(line, "title")) != NULL)
        exercise->title = value;
    else if ((value = value_of(line, "minutes")) != NULL)
        exercise->minutes = atoi(value);
    else if ((value = value_of(line, "order")) != NULL)
        exercise->order = atoi(value);
    else if ((value = value_of(line, "check")) != NULL)
        exercise->check = value;
    else if ((value = value_of(line, "file")) != NULL)
        exercise->file = value;
    else if ((value = value_of(line, "needs")) != NULL)
        exercise->needs = value;
    else if ((value = value_of(line, "lesson")) != NULL)
        exercise->lesson = value;
    else if (value_of(line, "task") != NULL)
        exercise->task = long_text(lines);
    else if (value_of(line, "hint") != NULL)
        return hint_line(exercise, lines);
    else if ((value = value_of(line, "kind")) != NULL && strcmp(value, "paper") == 0)
        exercise->paper = true;
    else {
        Error error = exercise->paper ? no_error() : slip_line(exercise, lines, line, &known);
        if (!exercise->paper && !error.failed && !known)
            return line_error(lines, "a keyword of exercises/README.md", line);
        return error;
    }
    return no_error();
}

/* Trailing spaces are not part of a value. */
static void trim(char *line)
{
    size_t length = strlen(line);
    while (length > 0 && line[length - 1] == ' ')
        line[--length] = '\0';
}

static Error exercise_complete(const Exercise *exercise, const Lines *lines)
{
    const char *missing = exercise->title == NULL       ? "a title"
                          : exercise->minutes <= 0      ? "minutes"
                          : exercise->order <= 0        ? "an order"
                          : exercise->lesson == NULL    ? "a lesson"
                          : exercise->task == NULL      ? "a task"
                          : exercise->hints[3] == NULL  ? "four hints"
                                                        : NULL;
    if (missing != NULL)
        return error_make("%s: expected %s, found none", lines->path, missing);
    for (int k = 0; k < exercise->n_slips; k++) {
        const Slip *slip = &exercise->slips[k];
        if (slip->name == NULL || slip->asks == NULL || slip->n_edits == 0)
            return error_make("%s: bug %s: expected name, asks, find and put, found not all",
                              lines->path, slip->id);
    }
    return no_error();
}

static Error exercise_read(Exercise *exercise)
{
    Lines lines = {.path = path_text(exercise)};
    Error error = course_text(lines.path, &exercise->memory);
    if (error.failed)
        return error;
    lines.next = exercise->memory;
    char *line;
    while (!error.failed && (line = line_next(&lines)) != NULL) {
        /* The parts of a paper problem are paper.c's. */
        if (exercise->paper && value_of(line, "part") != NULL)
            break;
        trim(line);
        if (line[0] != '\0' && line[0] != '#')
            error = head_line(exercise, &lines, line);
    }
    return error.failed ? error : exercise_complete(exercise, &lines);
}

/* ---- the course ------------------------------------------------------------------------------ */

/* In the order of learning: by chapter, then by the exercise's own number. */
static int exercises_compare(const void *a, const void *b)
{
    const Exercise *x = a, *y = b;
    int chapters = strcmp(x->chapter, y->chapter);
    if (chapters != 0)
        return chapters;
    return x->order != y->order ? (x->order > y->order) - (x->order < y->order)
                                : strcmp(x->id, y->id);
}

static Error exercise_add(Course *course, const char *chapter, const char *file)
{
    size_t length = strlen(file);
    if (length < 5 || strcmp(file + length - 4, ".txt") != 0)
        return no_error();
    if (course->count == EXERCISES_MAX || strlen(chapter) > NAME_MOST || length - 4 > NAME_MOST)
        return error_make("exercises/%s/%s: too many exercises, or too long a name", chapter, file);
    Exercise *exercise = &course->items[course->count++];
    *exercise = (Exercise){.order = 0};
    snprintf(exercise->chapter, ID_ROOM, "%.*s", NAME_MOST, chapter);
    snprintf(exercise->id, ID_ROOM, "%.*s/%.*s", NAME_MOST, chapter, (int)(length - 4) % (NAME_MOST + 1), file);
    exercise->name = strchr(exercise->id, '/') + 1;
    exercise->hunt = strncmp(exercise->name, "hunt", 4) == 0;
    return exercise_read(exercise);
}

static Error chapter_read(Course *course, const char *chapter)
{
    char path[PATH_ROOM];
    snprintf(path, sizeof path, "exercises/%s", chapter);
    DIR *folder = opendir(path);
    if (folder == NULL)
        return error_make("%s: cannot be read: %s", path, strerror(errno));
    Error error = no_error();
    for (struct dirent *entry; !error.failed && (entry = readdir(folder)) != NULL;)
        error = exercise_add(course, chapter, entry->d_name);
    closedir(folder);
    return error;
}

static bool name_is_unique(const Course *course, int i)
{
    for (int k = 0; k < course->count; k++)
        if (k != i && strcmp(course->items[k].name, course->items[i].name) == 0)
            return false;
    return true;
}

Error course_read(Course *course)
{
    *course = (Course){memory_calloc(EXERCISES_MAX, sizeof(Exercise)), 0};
    DIR *folder = opendir("exercises");
    if (folder == NULL)
        return error_make("exercises: cannot be read: %s", strerror(errno));
    Error error = no_error();
    for (struct dirent *entry; !error.failed && (entry = readdir(folder)) != NULL;)
        if (entry->d_name[0] >= '0' && entry->d_name[0] <= '9')
            error = chapter_read(course, entry->d_name);
    closedir(folder);
    if (!error.failed)
        qsort(course->items, (size_t)course->count, sizeof *course->items, exercises_compare);
    for (int i = 0; i < course->count; i++) /* the items moved, and with them their ids */
        course->items[i].name = strchr(course->items[i].id, '/') + 1;
    for (int i = 0; i < course->count; i++)
        course->items[i].call = name_is_unique(course, i) ? course->items[i].name : course->items[i].id;
    return error;
}

void course_free(Course *course)
{
    for (int i = 0; i < course->count; i++)
        free(course->items[i].memory);
    free(course->items);
    *course = (Course){NULL, 0};
}

bool chapter_matches(const Exercise *exercise, const char *text)
{
    char *end;
    long number = strtol(text, &end, 10);
    if (end == text || (*end != '\0' && *end != '-'))
        return false;
    return number == strtol(exercise->chapter, NULL, 10) &&
           (*end == '\0' || strcmp(text, exercise->chapter) == 0);
}

static bool exercise_matches(const Exercise *exercise, const char *text)
{
    const char *slash = strrchr(text, '/');
    if (strcmp(exercise->name, slash == NULL ? text : slash + 1) != 0)
        return false;
    char chapter[ID_ROOM];
    if (slash == NULL)
        return true;
    snprintf(chapter, sizeof chapter, "%.*s", (int)(slash - text), text);
    return chapter_matches(exercise, chapter);
}

/* A file's name, as a shell completes it, to what it is a file of: work/02-value/mul.c to 02-value/mul. */
static void name_of_path(const char *text, char name[PATH_ROOM])
{
    const char *slash = strrchr(text, '/'), *from = text;
    for (const char *at = text; slash != NULL && at < slash; at++)
        if (*at == '/')
            from = at + 1;
    snprintf(name, PATH_ROOM, "%s", from);
    char *dot = strrchr(name, '.');
    if (dot != NULL && (strcmp(dot, ".c") == 0 || strcmp(dot, ".txt") == 0))
        *dot = '\0';
}

Error course_find(const Course *course, const char *text, const Exercise **found)
{
    char name[PATH_ROOM];
    name_of_path(text, name);
    *found = NULL;
    for (int i = 0; i < course->count; i++) {
        if (!exercise_matches(&course->items[i], name))
            continue;
        if (*found != NULL)
            return error_make("expected one exercise, found several called \"%s\": %s and %s", text,
                              (*found)->id, course->items[i].id);
        *found = &course->items[i];
    }
    if (*found == NULL)
        return error_make("expected an exercise such as 02-value/mul (./learn list shows them), "
                          "found \"%s\"", text);
    return no_error();
}

/* ---- slips ----------------------------------------------------------------------------------- */

static Error edit_make(const Exercise *exercise, const Slip *slip, const Edit *edit, char **text)
{
    char *at = *edit->find == '\0' ? NULL : strstr(*text, edit->find);
    if (at == NULL || strstr(at + 1, edit->find) != NULL)
        return error_make("%s: bug %s: expected the text to find once in %s, found it %s",
                          path_text(exercise), slip->id, path_solution(exercise),
                          at == NULL ? "nowhere" : "twice");
    char *edited = text_format("%.*s%s%s", (int)(at - *text), *text, edit->put,
                               at + strlen(edit->find));
    free(*text);
    *text = edited;
    return no_error();
}

Error slip_text(const Exercise *exercise, const Slip *slip, char **text)
{
    Error error = course_text(path_solution(exercise), text);
    for (int k = 0; k < slip->n_edits && !error.failed; k++)
        error = edit_make(exercise, slip, &slip->edits[k], text);
    return error;
}
