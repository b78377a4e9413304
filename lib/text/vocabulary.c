/* vocabulary: which characters have which ids. Chapter 15.
 *
 * The smallest tokenizer that loses nothing: every distinct character of the text is an id, in
 * ascending order of code point, so that the same text always gives the same ids. A text that is not
 * UTF-8, or has more distinct characters than a small model could learn, is read as bytes instead:
 * 256 ids write anything. Encoding and decoding are inverse to each other. */
#include "text/text.h"

#include <stdlib.h>
#include <string.h>

enum { POINTS = 0x110000 };

/* Marks each character of a text in seen[POINTS]; false if the text is not valid UTF-8. */
static bool mark_characters(const unsigned char *text, size_t size, bool *seen)
{
    for (size_t at = 0; at < size;) {
        uint32_t point;
        int length = utf8_decode(text + at, size - at, &point);
        if (length == 0)
            return false;
        seen[point] = true;
        at += (size_t)length;
    }
    return true;
}

Vocabulary vocabulary_make(const unsigned char *text, size_t size)
{
    require(size > 0, "vocabulary_make: expected a text of at least one byte");
    Vocabulary vocabulary = {0, memory_alloc(VOCABULARY_LIMIT * sizeof(uint32_t))};
    bool *seen = memory_calloc(POINTS, sizeof *seen);
    bool fits = mark_characters(text, size, seen);
    for (uint32_t point = 0; fits && point < POINTS; point++) {
        if (!seen[point])
            continue;
        fits = vocabulary.size < VOCABULARY_LIMIT;
        if (fits)
            vocabulary.points[vocabulary.size++] = point;
    }
    free(seen);
    if (fits)
        return vocabulary;
    vocabulary_free(&vocabulary);
    return vocabulary_bytes();
}

Vocabulary vocabulary_bytes(void)
{
    return (Vocabulary){256, NULL};
}

Vocabulary vocabulary_copy(const Vocabulary *vocabulary)
{
    Vocabulary copy = {vocabulary->size, NULL};
    if (vocabulary->points == NULL)
        return copy;
    size_t bytes = (size_t)copy.size * sizeof *copy.points;
    copy.points = memory_alloc(bytes);
    memcpy(copy.points, vocabulary->points, bytes);
    return copy;
}

bool vocabulary_equal(const Vocabulary *a, const Vocabulary *b)
{
    if (a->size != b->size || (a->points == NULL) != (b->points == NULL))
        return false;
    return a->points == NULL ||
           memcmp(a->points, b->points, (size_t)a->size * sizeof *a->points) == 0;
}

void vocabulary_free(Vocabulary *vocabulary)
{
    free(vocabulary->points);
    *vocabulary = (Vocabulary){0, NULL};
}

/* The place of `point` among the ascending points, by halving; -1 if it is not there. */
static int id_of(const Vocabulary *vocabulary, uint32_t point)
{
    int low = 0, high = vocabulary->size;
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (vocabulary->points[middle] < point)
            low = middle + 1;
        else
            high = middle;
    }
    return low < vocabulary->size && vocabulary->points[low] == point ? low : -1;
}

int vocabulary_next(const Vocabulary *vocabulary, const unsigned char *text, size_t size,
                    size_t *at)
{
    if (vocabulary->points == NULL)
        return text[(*at)++];
    uint32_t point;
    int length = utf8_decode(text + *at, size - *at, &point);
    int id = length == 0 ? -1 : id_of(vocabulary, point);
    if (id >= 0)
        *at += (size_t)length;
    return id;
}

Error vocabulary_encode(const Vocabulary *vocabulary, const unsigned char *text, size_t size,
                        const char *source, int *ids, size_t *count)
{
    *count = 0;
    for (size_t at = 0; at < size;) {
        int id = vocabulary_next(vocabulary, text, size, &at);
        if (id < 0) {
            *count = 0;
            return vocabulary_unknown(vocabulary, text, size, source, at);
        }
        ids[(*count)++] = id;
    }
    return no_error();
}

Error vocabulary_unknown(const Vocabulary *vocabulary, const unsigned char *text, size_t size,
                         const char *source, size_t at)
{
    uint32_t point;
    int length = utf8_decode(text + at, size - at, &point);
    if (length == 0)
        return error_make("%s: expected UTF-8, found the byte 0x%02X at byte %zu", source, text[at],
                          at);
    char shown[8] = "";
    /* Control characters are named by number alone. */
    if (point >= 0x20 && (point < 0x7F || point >= 0xA0))
        snprintf(shown, sizeof shown, "\"%.*s\" ", length, (const char *)text + at);
    return error_make("%s: expected only the vocabulary's %d characters, found %s(U+%04X) at byte %zu",
                      source, vocabulary->size, shown, (unsigned)point, at);
}

int vocabulary_decode_id(const Vocabulary *vocabulary, int id, unsigned char out[4])
{
    require(id >= 0 && id < vocabulary->size, "vocabulary_decode: expected an id in [0, %d), found %d",
            vocabulary->size, id);
    if (vocabulary->points != NULL)
        return utf8_encode(vocabulary->points[id], out);
    out[0] = (unsigned char)id;
    return 1;
}

size_t vocabulary_decode(const Vocabulary *vocabulary, const int *ids, size_t count, char *text)
{
    size_t length = 0;
    for (size_t i = 0; i < count; i++) {
        unsigned char bytes[4];
        int n = vocabulary_decode_id(vocabulary, ids[i], bytes);
        memcpy(text + length, bytes, (size_t)n);
        length += (size_t)n;
    }
    text[length] = '\0';
    return length;
}
