/* Fuzzes the readers of a byte-pair tokenizer's two files. An input is the vocabulary, a NUL byte
 * and the merges; one that begins with a comma continues a vocabulary of the 256 bytes, so that
 * changes go past them. What the readers take must work: its ids of the input itself give the input
 * back. */
#include "text/byte_pairs.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

/* The vocabulary's text, {"Ā":0,...,"ÿ":255, without its closing brace; its length. */
static size_t write_bytes(char *json)
{
    size_t used = 0;
    for (int byte = 0; byte < 256; byte++) {
        char letter[3];
        bytes_to_letters(&(unsigned char){(unsigned char)byte}, 1, letter);
        bool escaped = *letter == '"' || *letter == '\\';
        used += (size_t)sprintf(json + used, "%s\"%s%s\":%d", byte == 0 ? "{" : ",",
                                escaped ? "\\" : "", letter, byte);
    }
    return used;
}

static void check_round_trip(BytePairs *pairs, const unsigned char *text, size_t size)
{
    Ids ids = {NULL, 0, 0};
    byte_pairs_encode(pairs, text, size, true, &ids);
    size_t at = 0, length;
    for (size_t i = 0; i < ids.count; i++, at += length) {
        const unsigned char *token = byte_pairs_token(pairs, ids.ids[i], &length);
        require(at + length <= size && memcmp(token, text + at, length) == 0,
                "merges_fuzz: expected the input back, found other bytes at %zu", at);
    }
    require(at == size, "merges_fuzz: expected %zu bytes back, found %zu", size, at);
    ids_free(&ids);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    const unsigned char *nul = size == 0 ? NULL : memchr(data, '\0', size);
    if (nul == NULL)
        return -1; /* not of the form: not kept */
    size_t first = (size_t)(nul - data), before = 0;
    /* Exactly as long as what is in it, so that a read past the end is seen. */
    char *vocabulary = memory_alloc(4096 + first);
    if (data[0] == ',')
        before = write_bytes(vocabulary);
    memcpy(vocabulary + before, data, first);
    vocabulary = memory_realloc(vocabulary, before + first + (before + first == 0));
    unsigned char *merges = memory_alloc(size - first);
    memcpy(merges, nul + 1, size - first - 1);
    merges = memory_realloc(merges, size - first - 1 + (size - first == 1));
    BytePairs *pairs;
    Error error = byte_pairs_parse(
        &pairs, (Contents){(const unsigned char *)vocabulary, before + first, "vocabulary"},
        (Contents){merges, size - first - 1, "merges"});
    require(error.failed == (pairs == NULL) && strchr(error.text, '\n') == NULL,
            "merges_fuzz: expected an error of one line or a tokenizer: %s", error.text);
    if (pairs != NULL)
        check_round_trip(pairs, data, size);
    byte_pairs_free(pairs);
    free(vocabulary);
    free(merges);
    return 0;
}
