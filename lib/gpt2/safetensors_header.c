/* safetensors_header: what a file of Hugging Face's tensor format says it holds, checked.
 *
 * The file (its form is told in safetensors_write.c) may come from anywhere. So everything in the
 * header is held against itself and against the file's size before anyone reads an element: every
 * tensor is where its entry says, is as long as its shape says, and lies inside the mapping. The
 * tensors' bytes fill the data without a gap or an overlap, as the format demands, so a file cut
 * short anywhere is refused. Taught in chapter 17. Source: the format's description, at
 * github.com/huggingface/safetensors. */
#include "gpt2/safetensors.h"

#include "text/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { LENGTH_BYTES = 8, HEADER_LIMIT = 100000000 }; /* the format's own limit */

/* In the order of Dtype. */
static const struct {
    const char *name;
    size_t bytes;
} dtypes[DTYPES] = {{"F64", 8}, {"F32", 4}, {"F16", 2}, {"BF16", 2}, {"I64", 8}, {"U64", 8},
                    {"I32", 4}, {"U32", 4}, {"I16", 2}, {"U16", 2}, {"I8", 1}, {"U8", 1},
                    {"BOOL", 1}, {"F8_E5M2", 1}, {"F8_E4M3", 1}};

const char *dtype_name(Dtype dtype)
{
    return dtypes[dtype].name;
}

uint64_t little_endian(const unsigned char *bytes, size_t count)
{
    uint64_t value = 0;
    for (size_t i = count; i-- > 0;)
        value = value << 8 | bytes[i];
    return value;
}

Error tensor_error(const TensorFile *file, const char *name, const char *expected,
                   const char *found)
{
    return error_make("%s: tensor \"%.80s\": expected %s, found %s", file->path, name, expected,
                      found);
}

/* ---- the header as JSON ---------------------------------------------------------------------- */
static Error check_utf8(const char *path, const unsigned char *text, size_t size)
{
    uint32_t point;
    for (size_t at = 0; at < size;) {
        int length = utf8_decode(text + at, size - at, &point);
        if (length == 0)
            return error_make("%s: expected a header in UTF-8, found other bytes at its byte %zu",
                              path, at);
        at += (size_t)length;
    }
    return no_error();
}

static Error open_header(TensorFile *file)
{
    Error error = file_map(&file->mapped, file->path);
    if (error.failed)
        return error;
    const unsigned char *bytes = file->mapped.bytes;
    size_t size = file->mapped.size;
    if (size < LENGTH_BYTES)
        return error_make("%s: expected a safetensors file, found %zu bytes", file->path, size);
    uint64_t length = little_endian(bytes, LENGTH_BYTES), most = size - LENGTH_BYTES;
    if (most > HEADER_LIMIT)
        most = HEADER_LIMIT;
    if (length > most)
        return error_make("%s: expected a safetensors header of at most %" PRIu64
                          " bytes, found a length of %" PRIu64, file->path, most, length);
    file->data = bytes + LENGTH_BYTES + length;
    file->data_size = size - LENGTH_BYTES - (size_t)length;
    error = check_utf8(file->path, bytes + LENGTH_BYTES, (size_t)length);
    if (error.failed)
        return error;
    return json_parse(&file->header, bytes + LENGTH_BYTES, (size_t)length, file->path);
}

/* ---- its entries ----------------------------------------------------------------------------- */
/* The field of this name; NULL when there is none or more than one. */
static const cJSON *only_field(const cJSON *object, const char *name)
{
    const cJSON *found = NULL;
    for (const cJSON *item = object->child; item != NULL; item = item->next)
        if (strcmp(item->string, name) == 0) {
            if (found != NULL)
                return NULL;
            found = item;
        }
    return found;
}

/* DTYPES when it is none of them. */
static Dtype dtype_of(const cJSON *item)
{
    int dtype = cJSON_IsString(item) ? 0 : DTYPES;
    while (dtype < DTYPES && strcmp(item->valuestring, dtypes[dtype].name) != 0)
        dtype++;
    return (Dtype)dtype;
}

/* The bytes of a tensor of this shape; false for no array of counts and for an overflow. */
static bool shape_bytes(const cJSON *shape, size_t element, size_t *bytes)
{
    *bytes = element;
    if (!cJSON_IsArray(shape))
        return false;
    for (const cJSON *item = shape->child; item != NULL; item = item->next) {
        size_t dim;
        if (!json_is_count(item, &dim) || (dim > 0 && *bytes > SIZE_MAX / dim))
            return false;
        *bytes *= dim;
    }
    return true;
}

static bool read_offsets(const cJSON *pair, size_t *begin, size_t *end)
{
    return cJSON_IsArray(pair) && cJSON_GetArraySize(pair) == 2 &&
           json_is_count(pair->child, begin) && json_is_count(pair->child->next, end) &&
           *begin <= *end;
}

/* One tensor's line of the header, held against itself. */
static Error read_entry(const TensorFile *file, const cJSON *item, TensorEntry *entry)
{
    static const char PREFIX[] = "transformer.";
    size_t prefix = sizeof PREFIX - 1, bytes;
    char found[JSON_FOUND_MAX], both[2 * JSON_FOUND_MAX];
    *entry = (TensorEntry){.name = item->string};
    if (strncmp(entry->name, PREFIX, prefix) == 0)
        entry->name += prefix;
    if (!cJSON_IsObject(item))
        return tensor_error(file, entry->name, "an object with dtype, shape and data_offsets",
                            json_found(item, found));
    const cJSON *dtype = only_field(item, "dtype"), *offsets = only_field(item, "data_offsets");
    entry->dtype = dtype_of(dtype);
    if (entry->dtype == DTYPES)
        return tensor_error(file, entry->name, "one dtype, such as F32", json_found(dtype, found));
    entry->shape = only_field(item, "shape");
    if (!shape_bytes(entry->shape, dtypes[entry->dtype].bytes, &bytes))
        return tensor_error(file, entry->name,
                            "one shape of whole numbers, their product below 2^64",
                            json_found(entry->shape, found));
    if (!read_offsets(offsets, &entry->begin, &entry->end))
        return tensor_error(file, entry->name, "one pair of data_offsets, from and to",
                            json_found(offsets, found));
    if (entry->end - entry->begin == bytes)
        return no_error();
    snprintf(both, sizeof both, "data_offsets %zu apart, as its dtype and shape say", bytes);
    snprintf(found, sizeof found, "%zu to %zu", entry->begin, entry->end);
    return tensor_error(file, entry->name, both, found);
}

static Error read_entries(TensorFile *file)
{
    size_t room = (size_t)cJSON_GetArraySize(file->header);
    file->entries = memory_calloc(room + 1, sizeof *file->entries);
    for (const cJSON *item = file->header->child; item != NULL; item = item->next) {
        if (strcmp(item->string, "__metadata__") == 0)
            continue;
        Error error = read_entry(file, item, &file->entries[file->count++]);
        if (error.failed)
            return error;
    }
    return no_error();
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const TensorEntry *)a)->name, ((const TensorEntry *)b)->name);
}

static Error check_names(TensorFile *file)
{
    qsort(file->entries, file->count, sizeof *file->entries, by_name);
    for (size_t i = 1; i < file->count; i++)
        if (by_name(&file->entries[i - 1], &file->entries[i]) == 0)
            return tensor_error(file, file->entries[i].name, "one of this name", "two");
    return no_error();
}

static int by_place(const void *a, const void *b)
{
    const TensorEntry *x = a, *y = b;
    if (x->begin != y->begin)
        return x->begin < y->begin ? -1 : 1;
    return x->end < y->end ? -1 : x->end > y->end;
}

/* One after another they fill the data. */
static Error check_places(TensorFile *file)
{
    size_t at = 0;
    qsort(file->entries, file->count, sizeof *file->entries, by_place);
    for (size_t i = 0; i < file->count; i++) {
        const TensorEntry *entry = &file->entries[i];
        if (entry->begin != at)
            return error_make("%s: tensor \"%.80s\": expected its data from %zu on, where the one "
                              "before ends, found them from %zu on", file->path, entry->name, at,
                              entry->begin);
        at = entry->end;
        if (at > file->data_size)
            return error_make("%s: tensor \"%.80s\": expected data up to %zu, found the file's "
                              "data to end at %zu", file->path, entry->name, at, file->data_size);
    }
    if (at == file->data_size)
        return no_error();
    return error_make("%s: expected %zu bytes of data, found %zu", file->path, at,
                      file->data_size);
}

Error tensor_file_open(TensorFile *file, const char *path)
{
    *file = (TensorFile){.path = path};
    Error error = open_header(file);
    if (!error.failed)
        error = read_entries(file);
    if (!error.failed)
        error = check_names(file);
    if (!error.failed)
        error = check_places(file);
    if (error.failed)
        tensor_file_close(file);
    return error;
}

void tensor_file_close(TensorFile *file)
{
    free(file->entries);
    cJSON_Delete(file->header);
    file_unmap(&file->mapped);
    *file = (TensorFile){.path = NULL};
}
