/* json: cJSON with the checks that files from outside need. Promises and limits are in json.h.
 * Used by chapter 15 (checkpoints) and chapter 17 (safetensors). */
#include "text/json.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* cJSON keeps texts as C strings: a NUL, raw or as \u0000, would cut a name short and make two
 * different names equal. */
static bool has_nul(const unsigned char *bytes, size_t size)
{
    if (memchr(bytes, '\0', size) != NULL)
        return true;
    for (size_t i = 0; i + 5 < size; i++) {
        if (bytes[i] != '\\')
            continue;
        if (memcmp(bytes + i + 1, "u0000", 5) == 0)
            return true;
        i++; /* what is escaped begins no escape of its own */
    }
    return false;
}

Error json_parse(cJSON **root, const unsigned char *bytes, size_t size, const char *path)
{
    *root = NULL;
    if (size == 0)
        return error_make("%s: expected a JSON object, found nothing", path);
    if (has_nul(bytes, size))
        return error_make("%s: expected JSON text, found a NUL character in it", path);
    /* A copy that ends in a NUL: then no version of cJSON can read past the end. */
    char *text = memory_alloc(size + 1);
    memcpy(text, bytes, size);
    text[size] = '\0';
    const char *end = text;
    cJSON *parsed = cJSON_ParseWithLengthOpts(text, size + 1, &end, true);
    Error error = no_error();
    if (parsed == NULL)
        error = error_make("%s: expected a JSON object, found what is no JSON at byte %zu of %zu",
                           path, (size_t)(end - text), size);
    else if (!cJSON_IsObject(parsed))
        error = error_make("%s: expected a JSON object, found other JSON", path);
    if (error.failed)
        cJSON_Delete(parsed);
    else
        *root = parsed;
    free(text);
    return error;
}

bool json_is_count(const cJSON *item, size_t *value)
{
    *value = 0;
    if (!cJSON_IsNumber(item))
        return false;
    double number = item->valuedouble;
    if (!(number >= 0 && number <= 0x1p53 && number < (double)SIZE_MAX) || floor(number) != number)
        return false;
    *value = (size_t)number;
    return true;
}

const char *json_numbers(const cJSON *array, char text[JSON_FOUND_MAX])
{
    size_t at = 0, number = 26; /* the room that a comma and a number take at most */
    text[0] = '\0';
    for (const cJSON *item = array->child; item != NULL; item = item->next) {
        const char *comma = item == array->child ? "" : ",";
        char *end = text + at;
        if (at + number + sizeof ",..." > JSON_FOUND_MAX - 2) {
            strcpy(end, ",...");
            break;
        }
        at += (size_t)(cJSON_IsNumber(item)
                           ? snprintf(end, number, "%s%.17g", comma, item->valuedouble)
                           : snprintf(end, number, "%s?", comma));
    }
    return text;
}

const char *json_found(const cJSON *item, char text[JSON_FOUND_MAX])
{
    char numbers[JSON_FOUND_MAX];
    if (item == NULL)
        snprintf(text, JSON_FOUND_MAX, "none");
    else if (cJSON_IsNumber(item))
        snprintf(text, JSON_FOUND_MAX, "%.17g", item->valuedouble);
    else if (cJSON_IsString(item))
        snprintf(text, JSON_FOUND_MAX, "\"%.60s\"", item->valuestring);
    else if (cJSON_IsArray(item))
        snprintf(text, JSON_FOUND_MAX, "[%.70s]", json_numbers(item, numbers));
    else
        snprintf(text, JSON_FOUND_MAX, "%s", cJSON_IsTrue(item)    ? "true"
                                             : cJSON_IsFalse(item) ? "false"
                                             : cJSON_IsNull(item)  ? "null"
                                                                   : "an object");
    return text;
}

/* ---- fields ------------------------------------------------------------------------------------ */
Json json_open(const char *path)
{
    Json json = {.path = path};
    MappedFile file;
    json.error = file_map(&file, path);
    if (!json.error.failed)
        json.error = json_parse(&json.root, file.bytes, file.size, path);
    file_unmap(&file);
    return json;
}

/* The one field of this name; NULL when there is none, when there are two, and after an error. */
static const cJSON *field(Json *json, const char *name)
{
    const cJSON *found = NULL;
    if (json->error.failed)
        return NULL;
    for (const cJSON *item = json->root->child; item != NULL; item = item->next) {
        if (strcmp(item->string, name) != 0)
            continue;
        if (found != NULL) {
            json->error = error_make("%s: \"%s\" is there twice", json->path, name);
            return NULL;
        }
        found = item;
    }
    return found;
}

void json_expected(Json *json, const char *name, const char *expected)
{
    char found[JSON_FOUND_MAX];
    const cJSON *item = field(json, name);
    if (!json->error.failed)
        json->error = error_make("%s: expected \"%s\" to be %s, found %s", json->path, name,
                                 expected, json_found(item, found));
}

bool json_has(Json *json, const char *name)
{
    const cJSON *item = field(json, name);
    return item != NULL && !cJSON_IsNull(item);
}

size_t json_count(Json *json, const char *name)
{
    size_t value;
    if (!json_is_count(field(json, name), &value))
        json_expected(json, name, "a whole number");
    return value;
}

bool json_bool(Json *json, const char *name)
{
    const cJSON *item = field(json, name);
    if (!cJSON_IsBool(item))
        json_expected(json, name, "true or false");
    return cJSON_IsTrue(item);
}

const char *json_text(Json *json, const char *name)
{
    const cJSON *item = field(json, name);
    if (cJSON_IsString(item))
        return item->valuestring;
    json_expected(json, name, "a text");
    return "";
}

double json_double(Json *json, const char *name)
{
    const cJSON *item = field(json, name);
    if (cJSON_IsNumber(item))
        return item->valuedouble;
    const char *text = cJSON_IsString(item) ? item->valuestring : "";
    if (strcmp(text, "nan") == 0)
        return nan("");
    if (strcmp(text, "inf") == 0)
        return HUGE_VAL;
    if (strcmp(text, "-inf") == 0)
        return -HUGE_VAL;
    json_expected(json, name, "a number");
    return 0;
}

uint64_t json_uint64(Json *json, const char *name)
{
    const cJSON *item = field(json, name);
    const char *text = cJSON_IsString(item) ? item->valuestring : "";
    size_t digits = strspn(text, "0123456789");
    errno = 0;
    uint64_t value = strtoumax(text, NULL, 10);
    if (digits > 0 && text[digits] == '\0' && errno == 0)
        return value;
    json_expected(json, name, "a whole number below 2^64 in quotes");
    return 0;
}

Error json_close(Json *json)
{
    cJSON_Delete(json->root);
    json->root = NULL;
    return json->error;
}

/* ---- writing ----------------------------------------------------------------------------------- */
void json_write_double(FILE *stream, double value)
{
    char digits[40];
    if (!isfinite(value)) {
        fputs(isnan(value) ? "\"nan\"" : value > 0 ? "\"inf\"" : "\"-inf\"", stream);
        return;
    }
    for (int precision = 15; precision <= 17; precision++) {
        snprintf(digits, sizeof digits, "%.*g", precision, value);
        if (strtod(digits, NULL) == value)
            break;
    }
    fputs(digits, stream);
}

void json_write_text(FILE *stream, const char *text)
{
    fputc('"', stream);
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '"' || *c == '\\')
            fputc('\\', stream);
        if ((unsigned char)*c < ' ')
            fprintf(stream, "\\u%04x", (unsigned)(unsigned char)*c);
        else
            fputc(*c, stream);
    }
    fputc('"', stream);
}
