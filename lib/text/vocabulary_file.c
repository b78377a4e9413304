/* vocabulary_file: a vocabulary as lines of text, to lie beside a model's weights. Chapter 15.
 *
 * A model's ids mean nothing without the vocabulary that made them, so it is saved with the weights.
 * The reader is strict: a file that was edited, cut short or belongs to something else is refused
 * with the line where it departs from the form, before any id is used. */
#include "text/text.h"

#include <stdlib.h>
#include <string.h>

static const char FORM[] = "wengert vocabulary 1";
static const char KINDS[] = "\"bytes 256\" or \"characters N\", N from 1 to 1024";
_Static_assert(VOCABULARY_LIMIT == 1024, "KINDS says so");

void vocabulary_write(const Vocabulary *vocabulary, FILE *stream)
{
    bool characters = vocabulary->points != NULL;
    fprintf(stream, "%s\n%s %d\n", FORM, characters ? "characters" : "bytes", vocabulary->size);
    for (int i = 0; characters && i < vocabulary->size; i++)
        fprintf(stream, "U+%04X\n", (unsigned)vocabulary->points[i]);
}

typedef struct {
    const unsigned char *bytes;
    size_t size, at;
    int line; /* the number of the line last taken */
    char text[40];
} Lines;

/* Takes the next line into lines->text, "" when there is none that ends in a newline. What is not
 * printable becomes '?', and a line longer than any valid one is cut: neither fits any form. */
static const char *next_line(Lines *lines)
{
    size_t begin = lines->at, length = 0;
    while (begin + length < lines->size && lines->bytes[begin + length] != '\n')
        length++;
    lines->line++;
    lines->text[0] = '\0';
    if (begin + length == lines->size)
        return lines->text;
    lines->at = begin + length + 1;
    size_t kept = length < sizeof lines->text - 1 ? length : sizeof lines->text - 1;
    for (size_t i = 0; i < kept; i++) {
        unsigned char byte = lines->bytes[begin + i];
        lines->text[i] = (char)(byte >= ' ' && byte <= '~' ? byte : '?');
    }
    lines->text[kept] = '\0';
    return lines->text;
}

static Error unexpected(const Lines *lines, const char *source, const char *expected)
{
    return error_make("%s: line %d: expected %s, found \"%s\"", source, lines->line, expected,
                      lines->text);
}

/* "characters N" with N from 1 to the limit, written as the writer writes it; else 0. */
static int characters_count(const char *line)
{
    char again[40];
    long size = strncmp(line, "characters ", 11) == 0 ? strtol(line + 11, NULL, 10) : 0;
    snprintf(again, sizeof again, "characters %ld", size);
    return size >= 1 && size <= VOCABULARY_LIMIT && strcmp(again, line) == 0 ? (int)size : 0;
}

/* "U+0041", as the writer writes it, of a character past `last`. */
static bool read_point(const char *line, int64_t last, uint32_t *point)
{
    char again[40];
    unsigned char bytes[4];
    *point = strncmp(line, "U+", 2) == 0 ? (uint32_t)strtoul(line + 2, NULL, 16) : 0;
    snprintf(again, sizeof again, "U+%04X", (unsigned)*point);
    return strcmp(again, line) == 0 && (int64_t)*point > last && utf8_encode(*point, bytes) > 0;
}

static Error read_points(Vocabulary *vocabulary, Lines *lines, const char *source)
{
    vocabulary->points = memory_alloc((size_t)vocabulary->size * sizeof *vocabulary->points);
    int64_t last = -1;
    for (int i = 0; i < vocabulary->size; i++) {
        if (!read_point(next_line(lines), last, &vocabulary->points[i]))
            return unexpected(lines, source, "the next code point, in ascending order, as U+0041");
        last = vocabulary->points[i];
    }
    return no_error();
}

Error vocabulary_read(Vocabulary *vocabulary, const unsigned char *bytes, size_t size,
                      const char *source)
{
    Lines lines = {.bytes = bytes, .size = size};
    *vocabulary = (Vocabulary){0, NULL};
    if (strcmp(next_line(&lines), FORM) != 0)
        return unexpected(&lines, source, "\"wengert vocabulary 1\"");
    const char *kind = next_line(&lines);
    Error error = no_error();
    if (strcmp(kind, "bytes 256") == 0)
        *vocabulary = vocabulary_bytes();
    else if ((vocabulary->size = characters_count(kind)) > 0)
        error = read_points(vocabulary, &lines, source);
    else
        error = unexpected(&lines, source, KINDS);
    if (!error.failed && lines.at != size)
        error = error_make("%s: expected the end after line %d, found %zu more bytes", source,
                           lines.line, size - lines.at);
    if (error.failed)
        vocabulary_free(vocabulary);
    return error;
}
