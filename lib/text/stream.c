/* stream: a long row of ids, as narrow as the vocabulary allows. Chapter 15.
 *
 * A text of a hundred megabytes is a hundred million ids; as ints they would take four times the
 * text. Ids below 256 take one byte, below 65536 two. A file of ids is mapped: the system reads the
 * pages that are touched and forgets them when memory is wanted. */
#include "text/text.h"

#include <stdlib.h>

int stream_width(int vocabulary_size)
{
    return vocabulary_size <= 0x100 ? 1 : vocabulary_size <= 0x10000 ? 2 : 4;
}

Stream stream_make(size_t count, int vocabulary_size)
{
    require(vocabulary_size > 0, "stream_make: expected a vocabulary of at least 1, found %d",
            vocabulary_size);
    int width = stream_width(vocabulary_size);
    void *owned = memory_calloc(count, (size_t)width);
    return (Stream){.count = count, .width = width, .ids = owned, .owned = owned};
}

void stream_set(Stream *stream, size_t at, int id)
{
    require(stream->owned != NULL && at < stream->count && id >= 0 &&
                (stream->width == 4 || id < 1 << 8 * stream->width),
            "stream_set: id %d at %zu does not fit in %zu ids of %d bytes", id, at, stream->count,
            stream->width);
    switch (stream->width) {
    case 1: ((uint8_t *)stream->owned)[at] = (uint8_t)id; break;
    case 2: ((uint16_t *)stream->owned)[at] = (uint16_t)id; break;
    default: ((uint32_t *)stream->owned)[at] = (uint32_t)id;
    }
}

static uint32_t id_at(const void *ids, int width, size_t at)
{
    switch (width) {
    case 1: return ((const uint8_t *)ids)[at];
    case 2: return ((const uint16_t *)ids)[at];
    default: return ((const uint32_t *)ids)[at];
    }
}

int stream_get(const Stream *stream, size_t at)
{
    require(at < stream->count, "stream_get: expected a place in [0, %zu), found %zu", stream->count,
            at);
    return (int)id_at(stream->ids, stream->width, at);
}

void stream_shorten(Stream *stream, size_t count)
{
    require(stream->owned != NULL && count > 0 && count <= stream->count,
            "stream_shorten: expected 1 to %zu ids, found %zu", stream->count, count);
    stream->owned = memory_realloc(stream->owned, count * (size_t)stream->width);
    stream->ids = stream->owned;
    stream->count = count;
}

Error stream_map(Stream *stream, const char *path, int width, int vocabulary_size)
{
    require((width == 1 || width == 2 || width == 4) && vocabulary_size > 0,
            "stream_map: expected ids of 1, 2 or 4 bytes and a vocabulary of at least 1, found %d "
            "and %d", width, vocabulary_size);
    *stream = (Stream){.width = width};
    Error error = file_map(&stream->mapped, path);
    if (error.failed)
        return error;
    size_t size = stream->mapped.size;
    stream->ids = stream->mapped.bytes;
    stream->count = size / (size_t)width;
    if (size == 0 || size % (size_t)width != 0)
        error = error_make("%s: expected ids of %d bytes each, found a file of %zu bytes", path, width,
                           size);
    for (size_t at = 0; at < stream->count && !error.failed; at++) {
        uint32_t id = id_at(stream->ids, width, at);
        if (id >= (uint32_t)vocabulary_size)
            error = error_make("%s: expected ids below %d, found %lu at place %zu", path,
                               vocabulary_size, (unsigned long)id, at);
    }
    if (error.failed)
        stream_free(stream);
    return error;
}

Error stream_write(const Stream *stream, const char *path)
{
    NewFile file;
    Error error = file_create(&file, path);
    if (error.failed)
        return error;
    fwrite(stream->ids, (size_t)stream->width, stream->count, file.stream);
    return file_commit(&file);
}

void stream_free(Stream *stream)
{
    free(stream->owned);
    file_unmap(&stream->mapped);
    *stream = (Stream){.count = 0};
}
