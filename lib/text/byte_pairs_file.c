/* byte_pairs_file: the two published files of a byte-pair tokenizer, read and written. Chapter 16.
 *
 * The vocabulary is one JSON object, from each token to its id; the merges are lines of two tokens
 * with a space between, by rank, under a line "#version: 0.2". Tokens are written in the letters of
 * GPT-2's byte map. Both come from outside, so everything the rest relies on is checked here: ids
 * are 0 to V-1, each once; no token twice; all 256 bytes there; each merge of two tokens into a
 * third. Whatever passes can encode any text. */
#include "text/byte_pairs.h"
#include "text/json.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char VERSION[] = "#version: 0.2";
static const char *const NAMES[2][2] = {{"vocab.json", "merges.txt"},
                                        {"encoder.json", "vocab.bpe"}};

/* What stands in a file, for a message of one line: cut at SHOWN characters; '?' for what is none
 * or does not show. */
enum { SHOWN = 40 };
typedef struct {
    char text[4 * SHOWN + 4];
} Shown;

static Shown shown(const unsigned char *bytes, size_t size)
{
    Shown out;
    size_t length = 0, at = 0;
    for (int i = 0; i < SHOWN && at < size; i++) {
        uint32_t point;
        int n = utf8_decode(bytes + at, size - at, &point);
        bool visible = n > 0 && point >= 0x20 && !(point >= 0x7F && point < 0xA0) &&
                       point != 0x2028 && point != 0x2029;
        if (visible)
            memcpy(out.text + length, bytes + at, (size_t)n);
        else
            out.text[length] = '?';
        length += visible ? (size_t)n : 1;
        at += n > 0 ? (size_t)n : 1;
    }
    strcpy(out.text + length, at < size ? "..." : "");
    return out;
}

static Shown shown_text(const char *text)
{
    return shown((const unsigned char *)text, strlen(text));
}

/* ---- the vocabulary -------------------------------------------------------------------------- */
/* Puts each item at its id; `items` has `count` places, all NULL. */
static Error order_by_id(const cJSON *root, const char *source, const cJSON **items, size_t count)
{
    for (const cJSON *item = root->child; item != NULL; item = item->next) {
        size_t id;
        char found[JSON_FOUND_MAX];
        if (!json_is_count(item, &id) || id >= count)
            return error_make("%s: token \"%s\": expected an id from 0 to %zu, one for each of the "
                              "%zu tokens, found %s", source, shown_text(item->string).text,
                              count - 1, count, shown_text(json_found(item, found)).text);
        if (items[id] != NULL)
            return error_make(
                "%s: token \"%s\": expected an id of its own, found %zu, which \"%s\" has", source,
                shown_text(item->string).text, id, shown_text(items[id]->string).text);
        items[id] = item;
    }
    return no_error();
}

/* Adds an item's token, whose id is the next one. */
static Error add_token(Strings *tokens, const cJSON *item, const char *source)
{
    size_t letters = strlen(item->string), size, at;
    unsigned char *bytes = memory_alloc(letters + 1);
    Error error = no_error();
    if (letters == 0)
        error = error_make("%s: expected no empty token, found \"\" with the id %zu", source,
                           tokens->count);
    else if (!letters_to_bytes((const unsigned char *)item->string, letters, bytes, &size, &at))
        error = error_make(
            "%s: token \"%s\": expected letters of GPT-2's byte map, found \"%s\" at its byte %zu",
            source, shown_text(item->string).text, shown_text(item->string + at).text, at);
    else if (strings_find(tokens, bytes, size) != NO_PLACE)
        error = error_make("%s: token \"%s\" is there twice, as id %zu and as id %zu", source,
                           shown_text(item->string).text, strings_find(tokens, bytes, size),
                           tokens->count);
    else
        strings_add(tokens, bytes, size);
    free(bytes);
    return error;
}

static Error read_vocabulary(BytePairs *pairs, Contents file)
{
    cJSON *root;
    Error error = json_parse(&root, file.bytes, file.size, file.source);
    if (error.failed)
        return error;
    size_t count = 0;
    for (const cJSON *item = root->child; item != NULL; item = item->next)
        count++;
    const cJSON **items = memory_calloc(count, sizeof *items);
    if (count > INT_MAX)
        error =
            error_make("%s: expected at most %d tokens, found %zu", file.source, INT_MAX, count);
    else
        error = order_by_id(root, file.source, items, count);
    for (size_t id = 0; id < count && !error.failed; id++)
        error = add_token(&pairs->tokens, items[id], file.source);
    free(items);
    cJSON_Delete(root);
    if (error.failed)
        return error;
    int missing = byte_pairs_finish(pairs);
    if (missing < 0)
        return no_error();
    char letter[3];
    bytes_to_letters(&(unsigned char){(unsigned char)missing}, 1, letter);
    return error_make(
        "%s: expected a token for each of the 256 bytes, found none for 0x%02X, \"%s\"",
        file.source, (unsigned)missing, letter);
}

/* ---- the merges ------------------------------------------------------------------------------ */
typedef struct {
    BytePairs *pairs;
    const char *source;
    size_t number;         /* of the line, from 1 */
    unsigned char *buffer; /* room for the longest line */
} MergeReader;

/* The id of a token of a merge, whose bytes go to reader->buffer + *used. */
static Error find_token(MergeReader *reader, const unsigned char *letters, size_t size,
                        size_t *used, int *id)
{
    size_t count, at, found = NO_PLACE;
    if (letters_to_bytes(letters, size, reader->buffer + *used, &count, &at))
        found = strings_find(&reader->pairs->tokens, reader->buffer + *used, count);
    if (found == NO_PLACE)
        return error_make("%s: line %zu: expected tokens of the vocabulary, found \"%s\"",
                          reader->source, reader->number, shown(letters, size).text);
    *used += count;
    *id = (int)found;
    return no_error();
}

static Error read_merge(MergeReader *reader, const unsigned char *line, size_t size)
{
    const unsigned char *space = size == 0 ? NULL : memchr(line, ' ', size);
    size_t left = space == NULL ? 0 : (size_t)(space - line), used = 0;
    if (left == 0 || left + 1 == size || memchr(space + 1, ' ', size - left - 1) != NULL)
        return error_make("%s: line %zu: expected two tokens with one space between, found \"%s\"",
                          reader->source, reader->number, shown(line, size).text);
    Merge merge;
    Error error = find_token(reader, line, left, &used, &merge.left);
    if (!error.failed)
        error = find_token(reader, space + 1, size - left - 1, &used, &merge.right);
    if (error.failed)
        return error;
    size_t result = strings_find(&reader->pairs->tokens, reader->buffer, used);
    if (result == NO_PLACE)
        return error_make(
            "%s: line %zu: expected a vocabulary that has what \"%s\" merge to, found none",
            reader->source, reader->number, shown(line, size).text);
    merge.result = (int)result;
    if (!byte_pairs_add_merge(reader->pairs, merge))
        return error_make("%s: line %zu: expected each merge once, found \"%s\" again",
                          reader->source, reader->number, shown(line, size).text);
    return no_error();
}

static Error read_merges(BytePairs *pairs, Contents file)
{
    if (file.size == 0)
        return error_make("%s: expected lines of merges, found an empty file", file.source);
    MergeReader reader = {.pairs = pairs, .source = file.source, .buffer = memory_alloc(file.size)};
    Error error = no_error();
    for (size_t at = 0; at < file.size && !error.failed;) {
        const unsigned char *line = file.bytes + at, *end = memchr(line, '\n', file.size - at);
        size_t size = end == NULL ? file.size - at : (size_t)(end - line);
        at += size + 1;
        /* A later line may begin with '#', which is a token like others. */
        bool version = ++reader.number == 1 && size >= 8 && memcmp(line, VERSION, 8) == 0;
        if (!version)
            error = read_merge(&reader, line, size);
    }
    free(reader.buffer);
    return error;
}

/* ---- reading --------------------------------------------------------------------------------- */
Error byte_pairs_parse(BytePairs **pairs, Contents vocabulary, Contents merges)
{
    *pairs = byte_pairs_empty();
    Error error = read_vocabulary(*pairs, vocabulary);
    if (!error.failed)
        error = read_merges(*pairs, merges);
    if (error.failed) {
        byte_pairs_free(*pairs);
        *pairs = NULL;
    }
    return error;
}

Error byte_pairs_read(BytePairs **pairs, const char *vocabulary, const char *merges)
{
    MappedFile first, second = {NULL, 0};
    *pairs = NULL;
    Error error = file_map(&first, vocabulary);
    if (!error.failed)
        error = file_map(&second, merges);
    if (!error.failed)
        error = byte_pairs_parse(pairs, (Contents){first.bytes, first.size, vocabulary},
                                 (Contents){second.bytes, second.size, merges});
    file_unmap(&first);
    file_unmap(&second);
    return error;
}

typedef struct {
    char text[1200];
} Path;

static Path path_in(const char *folder, const char *name)
{
    Path path;
    snprintf(path.text, sizeof path.text, "%.1100s/%s", folder, name);
    return path;
}

bool byte_pairs_exist(const char *folder)
{
    struct stat status;
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 2; j++)
            if (stat(path_in(folder, NAMES[i][j]).text, &status) == 0)
                return true;
    return false;
}

Error byte_pairs_read_folder(BytePairs **pairs, const char *folder)
{
    struct stat status;
    *pairs = NULL;
    if (!byte_pairs_exist(folder))
        return error_make("%s: expected vocab.json and merges.txt, or encoder.json and vocab.bpe, "
                          "found neither", folder);
    /* The second pair only where there is nothing of the first: a file that is missing is named. */
    bool second = stat(path_in(folder, NAMES[0][0]).text, &status) != 0 &&
                  stat(path_in(folder, NAMES[0][1]).text, &status) != 0;
    return byte_pairs_read(pairs, path_in(folder, NAMES[second][0]).text,
                           path_in(folder, NAMES[second][1]).text);
}

/* ---- writing --------------------------------------------------------------------------------- */
/* A token in letters; the caller frees. */
static char *letters_of(const BytePairs *pairs, int id)
{
    size_t size;
    const unsigned char *bytes = byte_pairs_token(pairs, id, &size);
    char *letters = memory_alloc(2 * size + 1);
    bytes_to_letters(bytes, size, letters);
    return letters;
}

static void write_vocabulary(const BytePairs *pairs, FILE *stream)
{
    for (size_t id = 0; id < byte_pairs_size(pairs); id++) {
        char *letters = letters_of(pairs, (int)id);
        fputs(id == 0 ? "{" : ", ", stream);
        json_write_text(stream, letters);
        fprintf(stream, ": %zu", id);
        free(letters);
    }
    fputs("}\n", stream);
}

static void write_merges(const BytePairs *pairs, FILE *stream)
{
    fprintf(stream, "%s\n", VERSION);
    for (size_t rank = 0; rank < pairs->merge_count; rank++) {
        char *left = letters_of(pairs, pairs->merges[rank].left);
        char *right = letters_of(pairs, pairs->merges[rank].right);
        fprintf(stream, "%s %s\n", left, right);
        free(left);
        free(right);
    }
}

Error byte_pairs_write(const BytePairs *pairs, const char *folder)
{
    static void (*const writers[2])(const BytePairs *, FILE *) = {write_vocabulary, write_merges};
    NewFile files[2];
    Error error = no_error();
    int made = 0, broken = 0;
    for (; made < 2; made++) {
        error = file_create(&files[made], path_in(folder, NAMES[0][made]).text);
        if (error.failed)
            break;
        writers[made](pairs, files[made].stream);
        /* A disk that is full is seen here, before either file has taken an old one's place. */
        if (fflush(files[made].stream) != 0)
            broken = made;
    }
    if (!error.failed)
        error = file_commit(&files[broken]); /* if one cannot be, it says so, and neither is */
    if (!error.failed)
        return file_commit(&files[1 - broken]);
    for (int i = 0; i < made; i++)
        if (files[i].stream != NULL)
            file_abandon(&files[i]);
    return error;
}
