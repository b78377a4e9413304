/* The gate of chapter 16. There is nothing to differentiate: every row is an equality. The lesson's
 * example is worked to the end, and each part of the tokenizer is held to a plain one that shares no
 * code with it: the byte map to GPT-2's list, the pattern to loops over ASCII, merging to scans of the
 * whole piece, training to counting everything anew for each merge. */
#include "text/byte_pairs.h"

#include <stdlib.h>
#include <string.h>

enum { PIECE_MAX = 4000 };

static size_t below(size_t bound)
{
    return (size_t)random_below(gate_random(), bound);
}

/* Words of 1 to 9 of the first `letters` letters, with spaces, new lines and signs between. */
static void draw_text(unsigned char *text, size_t size, size_t letters)
{
    static const char between[] = "      \n.,'  1";
    for (size_t i = 0; i < size; i++)
        text[i] = (unsigned char)(below(5) == 0 ? between[below(sizeof between - 1)]
                                                : 'a' + (int)below(letters));
}

/* ---- the byte map -------------------------------------------------------------------------------- */
/* GPT-2's own words for it: the bytes '!' to '~', 0xA1 to 0xAC and 0xAE to 0xFF are themselves; every
 * other byte, in order, is 256 + n, n = 0, 1, ... */
static void check_letters(void)
{
    int same = 0, back = 0;
    uint32_t n = 0;
    for (uint32_t b = 0; b < 256; b++) {
        bool itself = ('!' <= b && b <= '~') || (0xA1 <= b && b <= 0xAC) || (0xAE <= b && b <= 0xFF);
        uint32_t expected = itself ? b : 256 + n++;
        same += letter_of_byte((unsigned char)b) == expected;
        back += byte_of_letter(expected) == (int)b;
    }
    gate_check("letters the byte map", same == 256 && n == 68, "%d of 256", same);
    gate_check("letters and back", back == 256, "%d of 256", back);
}

/* ---- the pattern --------------------------------------------------------------------------------- */
typedef enum { WHITE, LETTER, DIGIT, SIGN } Kind;

static Kind kind_of(unsigned char c)
{
    if (c == ' ' || (c >= 9 && c <= 13))
        return WHITE;
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
        return LETTER;
    return c >= '0' && c <= '9' ? DIGIT : SIGN;
}

/* The length of the piece at the front of an ASCII text of at least one byte. */
static size_t plain_piece(const char *text, size_t size)
{
    static const char *const endings[] = {"'s", "'t", "'re", "'ve", "'m", "'ll", "'d"};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (strncmp(text, endings[i], strlen(endings[i])) == 0)
            return strlen(endings[i]);
    size_t at = text[0] == ' ' ? 1 : 0; /* one space may go before a run */
    if (at < size && kind_of((unsigned char)text[at]) != WHITE) {
        Kind kind = kind_of((unsigned char)text[at]);
        while (at < size && kind_of((unsigned char)text[at]) == kind)
            at++;
        return at;
    }
    for (at = 0; at < size && kind_of((unsigned char)text[at]) == WHITE;)
        at++;
    return at == size || at == 1 ? at : at - 1; /* the last one is left for what follows */
}

static void check_split(void)
{
    enum { TEXTS = 2000, SIZE = 60 };
    static const char signs[] = "aAz09 '''stredvmll  \t\n\r\v\f.!_\x1f\x7f";
    Splitter *splitter = splitter_make();
    int right = 0;
    for (int i = 0; i < TEXTS; i++) {
        char text[SIZE + 1];
        for (size_t j = 0; j < SIZE; j++)
            text[j] = signs[below(sizeof signs - 1)];
        text[SIZE] = '\0';
        const unsigned char *piece;
        size_t length, at = 0;
        Pieces pieces = pieces_of(splitter, (const unsigned char *)text, SIZE);
        bool same = true;
        while (same && pieces_next(&pieces, &piece, &length)) {
            same = length == plain_piece(text + at, SIZE - at);
            at += length;
        }
        right += same && at == SIZE;
    }
    splitter_free(splitter);
    gate_check("split loops over ASCII", right == TEXTS, "%d of %d texts", right, TEXTS);
}

/* ---- merging ------------------------------------------------------------------------------------- */
/* The rank of a pair, by looking through the list. */
static size_t plain_rank(const BytePairs *pairs, int left, int right)
{
    for (size_t rank = 0; rank < pairs->merge_count; rank++)
        if (pairs->merges[rank].left == left && pairs->merges[rank].right == right)
            return rank;
    return NO_PLACE;
}

/* Replaces the pair by its result wherever it stands, from the left; the new number of ids. */
static size_t plain_replace(int *ids, size_t count, Merge merge)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        bool here = i + 1 < count && ids[i] == merge.left && ids[i + 1] == merge.right;
        ids[kept++] = here ? merge.result : ids[i];
        i += here;
    }
    return kept;
}

/* One piece into ids: the least rank of the whole piece, everywhere; again. n^2, and more. */
static size_t plain_merge(const BytePairs *pairs, const unsigned char *piece, size_t size, int *ids)
{
    size_t count = size;
    for (size_t i = 0; i < size; i++)
        ids[i] = pairs->byte_ids[piece[i]];
    for (;;) {
        size_t least = NO_PLACE;
        for (size_t i = 0; i + 1 < count; i++) {
            size_t rank = plain_rank(pairs, ids[i], ids[i + 1]);
            least = rank < least ? rank : least;
        }
        if (least == NO_PLACE)
            return count;
        count = plain_replace(ids, count, pairs->merges[least]);
    }
}

/* Whether a text's ids are those of the plain merger, piece by piece. */
static bool encodes_plainly(BytePairs *pairs, const unsigned char *text, size_t size)
{
    static int ids[PIECE_MAX];
    Ids found = {NULL, 0, 0};
    byte_pairs_encode(pairs, text, size, false, &found);
    const unsigned char *piece;
    size_t length, at = 0;
    bool same = true;
    Pieces pieces = pieces_of(pairs->splitter, text, size);
    while (same && pieces_next(&pieces, &piece, &length)) {
        size_t count = plain_merge(pairs, piece, length, ids);
        same = at + count <= found.count && memcmp(found.ids + at, ids, count * sizeof *ids) == 0;
        at += count;
    }
    same = same && at == found.count;
    ids_free(&found);
    return same;
}

/* Merges drawn at random: a later token may be part of an earlier merge, and several merges make the
 * same bytes, as no training would have it. */
static BytePairs *random_pairs(size_t merges)
{
    BytePairs *pairs = byte_pairs_empty();
    for (int b = 0; b < 256; b++)
        strings_add(&pairs->tokens, &(unsigned char){(unsigned char)b}, 1);
    Merge drawn[200];
    size_t count = 0;
    while (count < merges) {
        int parts[2];
        unsigned char joined[32];
        size_t size = 0, length;
        for (int i = 0; i < 2; i++) {
            size_t known = pairs->tokens.count - 256;
            parts[i] = known > 0 && below(2) ? 256 + (int)below(known) : 'a' + (int)below(2);
            size += byte_pairs_token(pairs, parts[i], &length) != NULL ? length : 0;
        }
        if (size > sizeof joined)
            continue;
        const unsigned char *left = byte_pairs_token(pairs, parts[0], &length);
        memcpy(joined, left, length);
        memcpy(joined + length, byte_pairs_token(pairs, parts[1], &size), size);
        int result = (int)strings_add(&pairs->tokens, joined, length + size);
        drawn[count++] = (Merge){parts[0], parts[1], result};
    }
    for (size_t i = count; i > 0; i--) { /* in any order; a pair drawn twice keeps its first rank */
        size_t chosen = below(i);
        byte_pairs_add_merge(pairs, drawn[chosen]);
        drawn[chosen] = drawn[i - 1];
    }
    byte_pairs_finish(pairs);
    return pairs;
}

static void check_merging(void)
{
    enum { TEXTS = 300, SIZE = 700 };
    unsigned char text[SIZE];
    int trained = 0, drawn = 0, runs = 0;
    for (int i = 0; i < TEXTS; i++) {
        BytePairs *pairs;
        draw_text(text, SIZE, 2 + below(5));
        Error error = byte_pairs_train(&pairs, text, SIZE, 257 + below(100));
        require(!error.failed, "%s", error.text);
        draw_text(text, SIZE, 2 + below(5)); /* another text than it was trained on */
        trained += encodes_plainly(pairs, text, SIZE);
        byte_pairs_free(pairs);
        pairs = random_pairs(1 + below(12));
        draw_text(text, SIZE, 2);
        drawn += encodes_plainly(pairs, text, SIZE);
        for (size_t j = 0; j < SIZE; j++) /* one long piece */
            text[j] = (unsigned char)('a' + (below(10) == 0));
        runs += encodes_plainly(pairs, text, SIZE);
        byte_pairs_free(pairs);
    }
    gate_check("encode scans of the piece, trained merges", trained == TEXTS, "%d of %d", trained, TEXTS);
    gate_check("encode scans of the piece, any merges", drawn == TEXTS, "%d of %d", drawn, TEXTS);
    gate_check("encode scans of one long piece", runs == TEXTS, "%d of %d", runs, TEXTS);
}

/* ---- training ------------------------------------------------------------------------------------ */
enum { PLAIN_MAX = 512, TEXT_MAX = 1200 };
typedef struct {
    int ids[TEXT_MAX];                 /* the pieces, with -1 after each */
    size_t count;
    uint64_t pairs[PLAIN_MAX][PLAIN_MAX];
    Strings tokens;
} Plain;

static void plain_begin(Plain *plain, Splitter *splitter, const unsigned char *text, size_t size)
{
    const unsigned char *piece;
    size_t length;
    Pieces pieces = pieces_of(splitter, text, size);
    plain->count = 0;
    while (pieces_next(&pieces, &piece, &length)) {
        for (size_t i = 0; i < length; i++)
            plain->ids[plain->count++] = piece[i];
        plain->ids[plain->count++] = -1;
    }
    plain->tokens = (Strings){.bytes = NULL};
    for (int b = 0; b < 256; b++)
        strings_add(&plain->tokens, &(unsigned char){(unsigned char)b}, 1);
}

/* Counts all pairs; the most frequent one, the first in ascending order; false: there is none. */
static bool plain_best(Plain *plain, Merge *merge)
{
    uint64_t most = 0;
    memset(plain->pairs, 0, sizeof plain->pairs);
    for (size_t i = 0; i + 1 < plain->count; i++)
        if (plain->ids[i] >= 0 && plain->ids[i + 1] >= 0)
            plain->pairs[plain->ids[i]][plain->ids[i + 1]]++;
    for (int a = 0; a < PLAIN_MAX; a++)
        for (int b = 0; b < PLAIN_MAX; b++)
            if (plain->pairs[a][b] > most) {
                most = plain->pairs[a][b];
                *merge = (Merge){a, b, -1};
            }
    if (most == 0)
        return false;
    unsigned char joined[TEXT_MAX];
    size_t left, right;
    const unsigned char *bytes = strings_get(&plain->tokens, (size_t)merge->left, &left);
    memcpy(joined, bytes, left);
    bytes = strings_get(&plain->tokens, (size_t)merge->right, &right);
    memcpy(joined + left, bytes, right);
    merge->result = (int)strings_add(&plain->tokens, joined, left + right);
    return true;
}

/* Whether training gives the merges that counting anew gives, and the rest of its promises. */
static bool trains_plainly(Plain *plain, const unsigned char *text, size_t size, size_t vocabulary)
{
    BytePairs *pairs;
    Error error = byte_pairs_train(&pairs, text, size, vocabulary);
    require(!error.failed, "%s", error.text);
    plain_begin(plain, pairs->splitter, text, size);
    bool same = true, more = true;
    size_t rank = 0;
    while (same && plain->tokens.count + 1 < vocabulary) {
        Merge merge;
        more = plain_best(plain, &merge);
        if (!more)
            break;
        same = rank < pairs->merge_count &&
               memcmp(&pairs->merges[rank], &merge, sizeof merge) == 0;
        plain->count = plain_replace(plain->ids, plain->count, merge);
        rank++;
    }
    same = same && rank == pairs->merge_count && byte_pairs_size(pairs) == plain->tokens.count + 1 &&
           (!more || byte_pairs_size(pairs) == vocabulary) &&
           byte_pairs_end(pairs) == (int)byte_pairs_size(pairs) - 1;
    strings_free(&plain->tokens);
    byte_pairs_free(pairs);
    return same;
}

static void check_training(void)
{
    enum { TEXTS = 60 };
    Plain *plain = memory_alloc(sizeof *plain);
    unsigned char text[TEXT_MAX / 2];
    int words = 0, runs = 0;
    for (int i = 0; i < TEXTS; i++) {
        size_t size = 1 + below(sizeof text), letters = 1 + below(6);
        draw_text(text, size, letters);
        words += trains_plainly(plain, text, size, 257 + below(60));
        for (size_t j = 0; j < size; j++) /* pairs of equals, which overlap themselves */
            text[j] = (unsigned char)(below(9) == 0 ? ' ' : 'a' + (below(5) == 0));
        runs += trains_plainly(plain, text, size, 257 + below(60));
    }
    gate_check("train counting anew, words", words == TEXTS, "%d of %d", words, TEXTS);
    gate_check("train counting anew, runs of equals", runs == TEXTS, "%d of %d", runs, TEXTS);
    free(plain);
}

/* ---- the lesson's example ------------------------------------------------------------------------ */
static const char EXAMPLE[] = "an ant and a tan ant ran";

static bool token_is(const BytePairs *pairs, int id, const char *expected)
{
    size_t size;
    const unsigned char *token = byte_pairs_token(pairs, id, &size);
    return size == strlen(expected) && memcmp(token, expected, size) == 0;
}

static bool encodes_to(BytePairs *pairs, const char *text, bool special, size_t count, const int *ids)
{
    Ids found = {NULL, 0, 0};
    byte_pairs_encode(pairs, (const unsigned char *)text, strlen(text), special, &found);
    bool same = found.count == count && memcmp(found.ids, ids, count * sizeof *ids) == 0;
    ids_free(&found);
    return same;
}

static void check_by_hand(void)
{
    static const char *const made[] = {"an", " an", " ant", " a", "<|endoftext|>"};
    BytePairs *pairs;
    Error error = byte_pairs_train(&pairs, (const unsigned char *)EXAMPLE, strlen(EXAMPLE), 261);
    require(!error.failed, "%s", error.text);
    int right = 0;
    for (int i = 0; i < 5; i++)
        right += token_is(pairs, 256 + i, made[i]);
    gate_check("train by hand: an, _an, _ant, _a", right == 5, "%d of 5", right);
    const int plant[] = {' ', 'p', 'l', 256, 't'}, ants[] = {258, 's'}, tan[] = {' ', 't', 256};
    gate_check("encode by hand: _plant, _ants, _tan",
               encodes_to(pairs, " plant", false, 5, plant) && encodes_to(pairs, " ants", false, 2, ants) &&
                   encodes_to(pairs, " tan", false, 3, tan), "5, 2 and 3 ids");
    const int marked[] = {256, 260, 260, 256};
    static const char text[] = "an<|endoftext|><|endoftext|>an";
    bool ends = encodes_to(pairs, text, true, 4, marked);
    Ids plain = {NULL, 0, 0};
    byte_pairs_encode(pairs, (const unsigned char *)text, strlen(text), false, &plain);
    for (size_t i = 0; i < plain.count; i++)
        ends = ends && plain.ids[i] != 260;
    gate_check("special one id when asked, else plain text", ends, "%zu ids as text", plain.count);
    ids_free(&plain);
    byte_pairs_free(pairs);
}

/* ---- and back ------------------------------------------------------------------------------------ */
/* Random bytes, of which nearly no text is UTF-8, and the same without what no ASCII is. */
static void check_back(void)
{
    enum { TEXTS = 2000, SIZE = 200 };
    BytePairs *pairs;
    unsigned char text[SIZE], again[SIZE];
    draw_text(text, SIZE, 4);
    Error error = byte_pairs_train(&pairs, text, SIZE, 300);
    require(!error.failed, "%s", error.text);
    int right = 0;
    for (int i = 0; i < TEXTS; i++) {
        size_t size = below(SIZE + 1), used = 0, range = i % 2 == 0 ? 256 : 128;
        for (size_t j = 0; j < size; j++)
            text[j] = (unsigned char)below(range);
        Ids ids = {NULL, 0, 0};
        byte_pairs_encode(pairs, text, size, i % 3 == 0, &ids);
        for (size_t j = 0; j < ids.count; j++) {
            size_t length;
            const unsigned char *token = byte_pairs_token(pairs, ids.ids[j], &length);
            if (used + length <= SIZE)
                memcpy(again + used, token, length);
            used += length;
        }
        right += used == size && memcmp(text, again, size) == 0;
        ids_free(&ids);
    }
    gate_check("decode gives back any bytes", right == TEXTS, "%d of %d texts", right, TEXTS);
    byte_pairs_free(pairs);
}

int main(int argc, char **argv)
{
    gate_begin(argc, argv, "16-tokenizer");
    check_letters();
    check_split();
    check_by_hand();
    check_merging();
    check_training();
    check_back();
    return gate_end();
}
