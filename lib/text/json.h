/* json: reading JSON files with cJSON, and writing numbers that come back the same.
 *
 * For text/ and gpt2/: vocab.json, config.json, state.json and the header of a safetensors file go
 * through here. Whoever includes it links cJSON, so text.h, which every chapter may use, does not.
 * cJSON builds the tree; what it lets pass and we must not is caught on top: a key given twice, a
 * NUL inside a text, a fraction or a negative where a count belongs.
 *
 * A Json keeps its first error, so that a reader asks for field after field and looks once at the
 * end; after an error every field reads as zero, false or "".
 */
#ifndef WENGERT_TEXT_JSON_H
#define WENGERT_TEXT_JSON_H

#include "base/base.h"

#include <cJSON.h>

/* Parses bytes[0..size) as one JSON object; `path` is for the message. The caller frees *root with
 * cJSON_Delete; on an error there is nothing to free. */
Error json_parse(cJSON **root, const unsigned char *bytes, size_t size, const char *path);

/* False unless the item is a whole number from 0 to 2^53: so far a double counts without holes. */
bool json_is_count(const cJSON *item, size_t *value);

/* What an item is, for "found ..." in a message: a number, a text in quotes, "[2,3]", "an object".
 * Written into text, which is returned; as are the numbers of an array, "2,3". */
enum { JSON_FOUND_MAX = 80 };
const char *json_found(const cJSON *item, char text[JSON_FOUND_MAX]);
const char *json_numbers(const cJSON *array, char text[JSON_FOUND_MAX]);

typedef struct {
    const char *path;
    cJSON *root;
    Error error; /* the first one */
} Json;

Json json_open(const char *path);
bool json_has(Json *json, const char *name); /* there and not null */
size_t json_count(Json *json, const char *name);
bool json_bool(Json *json, const char *name);
const char *json_text(Json *json, const char *name); /* good until json_close */
/* A number, or for what JSON has no number "nan", "inf" or "-inf". */
double json_double(Json *json, const char *name);
uint64_t json_uint64(Json *json, const char *name); /* decimal digits in a text */
/* For readers' own demands on a field. */
void json_expected(Json *json, const char *name, const char *expected);
Error json_close(Json *json);

/* For writers: the shortest digits that read back as exactly this double, a text in quotes. */
void json_write_double(FILE *stream, double value);
void json_write_text(FILE *stream, const char *text);

#endif
