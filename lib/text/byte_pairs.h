/* byte_pairs: what the files of byte_pairs*.c share, and nobody else includes but their tests.
 *
 *   byte_pairs.c         one tokenizer in memory: made, asked, freed
 *   byte_pairs_table.c   three small tables: pairs, byte strings, a heap
 *   byte_pairs_letter.c  GPT-2's byte map: each byte as a character that shows
 *   byte_pairs_split.c   a text into pieces, by GPT-2's pattern
 *   byte_pairs_merge.c   one piece into ids, by rank
 *   byte_pairs_encode.c  a text into ids; words met before are remembered
 *   byte_pairs_file.c    the two published files, read and written
 *   byte_pairs_train.c   a new vocabulary from a text
 *
 * Taught in chapter 16.
 */
#ifndef WENGERT_BYTE_PAIRS_H
#define WENGERT_BYTE_PAIRS_H

#include "text/text.h"

#define NO_PLACE SIZE_MAX /* no index, no rank, no neighbour */

/* ---- table ------------------------------------------------------------------------------------
 * What a growing array of `capacity` takes next so that it holds `need`: it doubles, so that n
 * additions cost n, not n^2. */
size_t grown(size_t capacity, size_t need);

/* Numbers by pairs of ids. Starts as {0}. */
typedef struct {
    uint64_t pair;
    size_t value; /* NO_PLACE: this slot is free */
} PairSlot;
typedef struct {
    PairSlot *slots; /* a power of two of them, at most half taken */
    size_t capacity, count;
} PairMap;
/* The number of a pair; NO_PLACE if it has none. */
size_t pair_map_get(const PairMap *map, int left, int right);
/* Gives a pair its number if it has none yet; returns the one it has. */
size_t pair_map_add(PairMap *map, int left, int right, size_t value);
void pair_map_free(PairMap *map);

/* Distinct byte strings, numbered from 0 in the order they come. Starts as {0}. */
typedef struct {
    unsigned char *bytes; /* all of them, one after another */
    size_t *ends;         /* string i is bytes[ends[i-1] .. ends[i]) */
    size_t count, used;   /* strings; their bytes */
    size_t ends_capacity, bytes_capacity;
    size_t *slots; /* a power of two, at most half taken: NO_PLACE or a string's number */
    size_t capacity;
} Strings;
size_t strings_find(const Strings *strings, const unsigned char *bytes, size_t size); /* or NO_PLACE */
/* The string's number, which is the old count when it is new. The bytes are copied and must not lie
 * in the table itself. */
size_t strings_add(Strings *strings, const unsigned char *bytes, size_t size);
const unsigned char *strings_get(const Strings *strings, size_t number, size_t *size);
void strings_free(Strings *strings);

/* A heap: the entry of the least key, of equal keys that of the least value. Starts as {0}. */
typedef struct {
    uint64_t key, value;
} HeapEntry;
typedef struct {
    HeapEntry *entries; /* entry i is not after 2i+1 and 2i+2 */
    size_t count, capacity;
} Heap;
void heap_push(Heap *heap, uint64_t key, uint64_t value);
HeapEntry heap_pop(Heap *heap); /* the heap is not empty */
void heap_free(Heap *heap);

/* ---- letter -----------------------------------------------------------------------------------
 * The published files write each of the 256 bytes as one character that shows: those that show in
 * Latin-1 as themselves, the other 68 as U+0100 to U+0143, in order. */
uint32_t letter_of_byte(unsigned char byte);
int byte_of_letter(uint32_t point); /* -1: no byte's letter */
/* A token's letters, UTF-8, to its bytes, at most as many, into out. False, and *at says where, if
 * something else stands there. */
bool letters_to_bytes(const unsigned char *letters, size_t size, unsigned char *out, size_t *count,
                      size_t *at);
/* Bytes to letters, with a NUL behind: out has room for 2 size + 1. */
void bytes_to_letters(const unsigned char *bytes, size_t size, char *out);

/* ---- split ------------------------------------------------------------------------------------
 * A text's pieces, one after another. */
typedef struct Splitter Splitter;
Splitter *splitter_make(void);
void splitter_free(Splitter *splitter);

typedef struct {
    Splitter *splitter;
    const unsigned char *text;
    size_t size, at;
    size_t valid; /* text[at..valid) is known to be UTF-8 */
} Pieces;
Pieces pieces_of(Splitter *splitter, const unsigned char *text, size_t size);
/* The next piece, which lies in the text, and its length; false at the end. */
bool pieces_next(Pieces *pieces, const unsigned char **piece, size_t *length);

/* ---- one tokenizer ----------------------------------------------------------------------------- */
typedef struct {
    int left, right, result; /* result's bytes are left's and then right's */
} Merge;

/* Room to merge a piece in, kept between pieces. */
typedef struct {
    int id; /* -1: merged into the one before it */
    size_t previous, next;
} Symbol;
typedef struct {
    Symbol *symbols;
    size_t *changed; /* symbols whose pair with the next one is new since this rank began */
    size_t capacity, changes;
    Heap heap; /* key: rank; value: the left symbol */
} Merger;

/* A short piece and its ids. */
enum { WORD_BYTES = 16, WORD_IDS = 7 };
typedef struct {
    uint64_t key[WORD_BYTES / 8]; /* the piece, zeros behind it */
    unsigned char size, count;    /* bytes, 0: this slot is free; ids */
    int ids[WORD_IDS];
} Word;
typedef struct {
    Word *slots;
    size_t count;
} Words;

struct BytePairs {
    Strings tokens; /* token i has id i */
    int byte_ids[256];
    int end;
    Merge *merges; /* by rank */
    size_t merge_count, merge_capacity;
    PairMap ranks;
    Splitter *splitter;
    Merger merger;
    Words words;
};

extern const char byte_pairs_end_text[]; /* "<|endoftext|>" */
/* Without a token; the caller adds them, then merges, and finishes. */
BytePairs *byte_pairs_empty(void);
/* The next rank. False, changing nothing, if the pair has one already. */
bool byte_pairs_add_merge(BytePairs *pairs, Merge merge);
/* Looks up the bytes' ids and the end, when all tokens are there; the first byte that no token
 * stands for, or -1. */
int byte_pairs_finish(BytePairs *pairs);

/* Appends the ids of one piece. */
void byte_pairs_merge(BytePairs *pairs, const unsigned char *piece, size_t size, Ids *out);

/* The two files as they lie in memory; `source` is the name for messages. */
typedef struct {
    const unsigned char *bytes;
    size_t size;
    const char *source;
} Contents;
Error byte_pairs_parse(BytePairs **pairs, Contents vocabulary, Contents merges);
bool byte_pairs_exist(const char *folder); /* whether it has any of the files */

#endif
