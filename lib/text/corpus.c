/* corpus: a text file as a vocabulary and a stream of ids, and its two parts. Chapter 15.
 *
 * The model learns from the first nine tenths and is judged on the last, which it never trains on:
 * a model that has learned the text by heart does well on the one and badly on the other. The file
 * is mapped while it is encoded, and let go. */
#include "text/text.h"

#include <string.h>

Error text_map(MappedFile *file, const char *path)
{
    Error error = file_map(file, path);
    if (error.failed)
        return error;
    const unsigned char *nul = file->size == 0 ? NULL : memchr(file->bytes, '\0', file->size);
    if (file->size == 0)
        error = error_make("%s: expected text, found an empty file", path);
    else if (nul != NULL)
        error = error_make("%s: expected text, found a NUL byte at byte %zu: this is a binary file",
                           path, (size_t)(nul - file->bytes));
    if (error.failed)
        file_unmap(file);
    return error;
}

/* Fills the corpus' stream; its vocabulary is known. */
static Error encode(Corpus *corpus, const MappedFile *file, const char *path)
{
    corpus->stream = stream_make(file->size, corpus->vocabulary.size);
    size_t count = 0;
    for (size_t at = 0; at < file->size; count++) {
        int id = vocabulary_next(&corpus->vocabulary, file->bytes, file->size, &at);
        if (id < 0)
            return vocabulary_unknown(&corpus->vocabulary, file->bytes, file->size, path, at);
        stream_set(&corpus->stream, count, id);
    }
    stream_shorten(&corpus->stream, count);
    return no_error();
}

Error corpus_read(Corpus *corpus, const char *path, const Vocabulary *vocabulary)
{
    MappedFile file;
    *corpus = (Corpus){.stream = {.count = 0}};
    Error error = text_map(&file, path);
    if (!error.failed) {
        corpus->vocabulary = vocabulary != NULL ? vocabulary_copy(vocabulary)
                                                : vocabulary_make(file.bytes, file.size);
        error = encode(corpus, &file, path);
    }
    file_unmap(&file);
    if (error.failed)
        corpus_free(corpus);
    return error;
}

void corpus_free(Corpus *corpus)
{
    vocabulary_free(&corpus->vocabulary);
    stream_free(&corpus->stream);
}

Error corpus_split(const Stream *stream, const char *source, size_t context, Span *train,
                   Span *held_out)
{
    size_t count = stream->count;
    size_t first = count / 10 * 9 + count % 10 * 9 / 10; /* floor(9 count / 10), never overflowing */
    *train = (Span){stream, 0, first};
    *held_out = (Span){stream, first, count};
    if (first > context && count - first >= 2)
        return no_error();
    /* The shortest stream whose parts are both long enough. */
    size_t least = (context + 1) / 9 * 10 + ((context + 1) % 9 * 10 + 8) / 9;
    return error_make("%s: expected at least %zu characters (ids) for a context of %zu, found %zu",
                      source, least < 11 ? 11 : least, context, count);
}
