/* byte_pairs_encode: a text into ids. Chapter 16.
 *
 * A text says the same words over and over: nine pieces of ten were met before. So the ids of short
 * pieces are remembered, in a table that is emptied when it is three quarters full: its memory is
 * bounded, and what is common is soon in it again. Only what is new is merged. */
#include "text/byte_pairs.h"

#include <string.h>

enum { WORD_SLOTS = 1 << 16, WORDS_MAX = WORD_SLOTS / 4 * 3 };

/* The slot of a piece of at most WORD_BYTES bytes, or the free one where it belongs. */
static Word *word_slot(Words *words, const uint64_t key[2], size_t size)
{
    uint64_t hash = (key[0] ^ key[1] * 0x9E3779B97F4A7C15u) * 0xFF51AFD7ED558CCDu;
    size_t at = (hash ^ hash >> 32) % WORD_SLOTS;
    while (words->slots[at].size != 0 &&
           !(words->slots[at].key[0] == key[0] && words->slots[at].key[1] == key[1] &&
             words->slots[at].size == size))
        at = (at + 1) % WORD_SLOTS;
    return &words->slots[at];
}

/* Remembers the ids that a word was given; the slot is free. */
static void remember(Words *words, Word *slot, const uint64_t key[2], size_t size, const int *ids,
                     size_t count)
{
    if (count > WORD_IDS)
        return;
    if (words->count == WORDS_MAX) {
        memset(words->slots, 0, WORD_SLOTS * sizeof *words->slots);
        words->count = 0;
        slot = word_slot(words, key, size);
    }
    *slot = (Word){.key = {key[0], key[1]}, .size = (unsigned char)size, .count = (unsigned char)count};
    memcpy(slot->ids, ids, count * sizeof *ids);
    words->count++;
}

static void encode_piece(BytePairs *pairs, const unsigned char *piece, size_t size, Ids *out)
{
    if (size == 1) {
        ids_add(out, pairs->byte_ids[piece[0]]);
        return;
    }
    if (size > WORD_BYTES) {
        byte_pairs_merge(pairs, piece, size, out);
        return;
    }
    uint64_t key[WORD_BYTES / 8] = {0};
    memcpy(key, piece, size);
    Word *word = word_slot(&pairs->words, key, size);
    if (word->size != 0) {
        for (int i = 0; i < word->count; i++)
            ids_add(out, word->ids[i]);
        return;
    }
    size_t first = out->count;
    byte_pairs_merge(pairs, piece, size, out);
    remember(&pairs->words, word, key, size, out->ids + first, out->count - first);
}

static void encode_plain(BytePairs *pairs, const unsigned char *text, size_t size, Ids *out)
{
    const unsigned char *piece;
    size_t length;
    Pieces pieces = pieces_of(pairs->splitter, text, size);
    while (pieces_next(&pieces, &piece, &length))
        encode_piece(pairs, piece, length, out);
}

void byte_pairs_encode(BytePairs *pairs, const unsigned char *text, size_t size, bool special,
                       Ids *out)
{
    if (size == 0)
        return;
    if (pairs->words.slots == NULL)
        pairs->words.slots = memory_calloc(WORD_SLOTS, sizeof *pairs->words.slots);
    size_t at = 0, end_size = 0;
    const unsigned char *end = NULL, *found = NULL;
    if (special && pairs->end >= 0)
        end = byte_pairs_token(pairs, pairs->end, &end_size);
    while (end != NULL && (found = memmem(text + at, size - at, end, end_size)) != NULL) {
        size_t length = (size_t)(found - (text + at));
        encode_plain(pairs, text + at, length, out);
        ids_add(out, pairs->end);
        at += length + end_size;
    }
    encode_plain(pairs, text + at, size - at, out);
}
