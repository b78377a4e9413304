/* tokenizer: characters, bytes or byte pairs behind one face. Promises in text.h. Chapter 16.
 *
 * A model only sees ids. Whoever trains, generates or evaluates asks a Tokenizer and need not know
 * which kind it is; a folder says by the files that are in it. */
#include "text/byte_pairs.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { FOLDER_MOST = 1023 };
typedef struct {
    char text[1200];
} Path;

static Path vocabulary_in(const char *folder)
{
    Path path;
    snprintf(path.text, sizeof path.text, "%.1100s/vocabulary.txt", folder);
    return path;
}

static Error read_characters(Vocabulary *vocabulary, const char *path)
{
    MappedFile file;
    Error error = file_map(&file, path);
    if (!error.failed)
        error = vocabulary_read(vocabulary, file.bytes, file.size, path);
    file_unmap(&file);
    return error;
}

Error tokenizer_read(Tokenizer *tokenizer, const char *folder)
{
    struct stat status;
    *tokenizer = (Tokenizer){.pairs = NULL};
    if (strlen(folder) > FOLDER_MOST) /* cut, it would name another */
        return error_make("%.60s...: expected a folder's name of at most %d bytes, found %zu",
                          folder, FOLDER_MOST, strlen(folder));
    Path path = vocabulary_in(folder);
    bool characters = stat(path.text, &status) == 0, pairs = byte_pairs_exist(folder);
    if (characters && pairs)
        return error_make("%s: expected vocabulary.txt or the files of byte pairs, found both",
                          folder);
    if (characters)
        return read_characters(&tokenizer->characters, path.text);
    if (pairs)
        return byte_pairs_read_folder(&tokenizer->pairs, folder);
    return error_make("%s: expected a tokenizer: vocabulary.txt, vocab.json and merges.txt, or "
                      "encoder.json and vocab.bpe; found none", folder);
}

Error tokenizer_write(const Tokenizer *tokenizer, const char *folder)
{
    if (tokenizer->pairs != NULL)
        return byte_pairs_write(tokenizer->pairs, folder);
    NewFile file;
    Error error = file_create(&file, vocabulary_in(folder).text);
    if (error.failed)
        return error;
    vocabulary_write(&tokenizer->characters, file.stream);
    return file_commit(&file);
}

void tokenizer_free(Tokenizer *tokenizer)
{
    vocabulary_free(&tokenizer->characters);
    byte_pairs_free(tokenizer->pairs);
    tokenizer->pairs = NULL;
}

size_t tokenizer_size(const Tokenizer *tokenizer)
{
    return tokenizer->pairs != NULL ? byte_pairs_size(tokenizer->pairs)
                                    : (size_t)tokenizer->characters.size;
}

int tokenizer_end(const Tokenizer *tokenizer)
{
    return tokenizer->pairs != NULL ? byte_pairs_end(tokenizer->pairs) : -1;
}

Error tokenizer_encode(Tokenizer *tokenizer, const unsigned char *text, size_t size,
                       const char *source, bool special, Ids *out)
{
    if (tokenizer->pairs != NULL) {
        byte_pairs_encode(tokenizer->pairs, text, size, special, out);
        return no_error();
    }
    size_t before = out->count;
    for (size_t at = 0; at < size;) {
        int id = vocabulary_next(&tokenizer->characters, text, size, &at);
        if (id < 0) {
            out->count = before;
            return vocabulary_unknown(&tokenizer->characters, text, size, source, at);
        }
        ids_add(out, id);
    }
    return no_error();
}

const unsigned char *tokenizer_token(const Tokenizer *tokenizer, int id, unsigned char room[4],
                                     size_t *size)
{
    if (tokenizer->pairs != NULL)
        return byte_pairs_token(tokenizer->pairs, id, size);
    *size = (size_t)vocabulary_decode_id(&tokenizer->characters, id, room);
    return room;
}

bool tokenizer_equal(const Tokenizer *a, const Tokenizer *b)
{
    unsigned char rooms[2][4];
    size_t count = tokenizer_size(a), sizes[2];
    if (tokenizer_size(b) != count || tokenizer_end(a) != tokenizer_end(b))
        return false;
    for (size_t id = 0; id < count; id++) {
        const unsigned char *x = tokenizer_token(a, (int)id, rooms[0], &sizes[0]);
        const unsigned char *y = tokenizer_token(b, (int)id, rooms[1], &sizes[1]);
        if (sizes[0] != sizes[1] || memcmp(x, y, sizes[0]) != 0)
            return false;
    }
    return true;
}

Error tokenizer_stream(Tokenizer *tokenizer, const char *path, Stream *stream)
{
    MappedFile file;
    Ids ids = {NULL, 0, 0};
    *stream = (Stream){.count = 0};
    Error error = text_map(&file, path);
    if (!error.failed)
        error = tokenizer_encode(tokenizer, file.bytes, file.size, path, false, &ids);
    if (!error.failed) {
        *stream = stream_make(ids.count, (int)tokenizer_size(tokenizer));
        for (size_t i = 0; i < ids.count; i++)
            stream_set(stream, i, ids.ids[i]);
    }
    ids_free(&ids);
    file_unmap(&file);
    return error;
}
