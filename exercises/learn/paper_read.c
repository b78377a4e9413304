/* paper_read: lines of an exercise's text, or of a lesson's comment, to keywords with their texts.
 */
#include "paper_reader.h"

#include "text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const char *arena_text(Paper *paper, const char *text)
{
    char *copy = arena_alloc(&paper->arena, strlen(text) + 1);
    return strcpy(copy, text);
}

/* The line that begins at *text, without the spaces at its end; *text moves to the next. */
static char *next_line(char **text, const char *ends)
{
    char *line = *text;
    size_t length = strcspn(line, ends);
    *text += length + (line[length] != '\0');
    while (length > 0 && isspace((unsigned char)line[length - 1]))
        length--;
    line[length] = '\0';
    return line;
}

/* Lines that are indented by two spaces belong to the keyword above them. */
static Error read_lines(Reader *reader, char *text)
{
    Error error = no_error();
    char *entry = memory_calloc(strlen(text) + 2, 1);
    size_t number = 0, used = 0;
    while (!error.failed && *text != '\0') {
        const char *line = next_line(&text, "\n");
        number++;
        if (used > 0 && strncmp(line, "  ", 2) == 0) {
            const char *more = strcmp(line, "  .") == 0 ? "" : line + 2;
            used += (size_t)sprintf(entry + used, "%s%s", strchr(entry, ' ') == NULL ? " " : "\n",
                                    more);
        } else if (line[0] != '#' && line[0] != '\0') {
            if (used > 0)
                error = part_read_entry(reader, entry);
            reader->line = number;
            used = (size_t)sprintf(entry, "%s", line);
        }
    }
    if (!error.failed && used > 0)
        error = part_read_entry(reader, entry);
    free(entry);
    return error.failed ? error : part_check(reader);
}

Error paper_read(Paper *paper, const char *path)
{
    *paper = (Paper){0};
    char *text;
    Error error = course_text(path, &text);
    if (error.failed)
        return error;
    Reader reader = {.paper = paper, .path = arena_text(paper, path)};
    error = read_lines(&reader, text);
    free(text);
    return error;
}

Error paper_read_lesson(Paper *paper, const char *path, size_t line, const char *text)
{
    *paper = (Paper){0};
    Reader reader = {.paper = paper, .path = arena_text(paper, path), .line = line, .lesson = true};
    part_add(&reader, &(PaperPart){.kind = PART_FORMULA, .ask = "", .target = -1});
    char *copy = text_format("%s", text), *rest = copy;
    Error error = no_error();
    for (; !error.failed && *rest != '\0'; line++)
        for (char *entries = next_line(&rest, "\n"); !error.failed && *entries != '\0';) {
            const char *entry = next_line(&entries, ";");
            entry += strspn(entry, " \t");
            reader.line = line;
            if (*entry != '\0')
                error = part_read_entry(&reader, entry);
        }
    free(copy);
    return error.failed ? error : part_check(&reader);
}

void paper_free(Paper *paper)
{
    free(paper->parts);
    arena_free(&paper->arena);
    *paper = (Paper){0};
}
