/* byte_pairs_train: a new vocabulary from a text. Chapter 16 derives it.
 *
 * The rule: begin with 256 bytes; count how often each pair of neighbours stands inside the text's
 * pieces; the most frequent becomes a new token wherever it stands, from left to right; again.
 *
 * Counting anew for each merge would cost the text each time. But a text repeats its pieces: each
 * distinct one is kept once, with its weight, how often it occurs. And a merge changes only the pairs
 * beside it: so counts are kept, and with each pair a list of the places where it was made. A place
 * may have changed since: it is looked at when its pair's turn comes. A heap gives the pair of the
 * greatest count; its entry may be out of date the same way. Each merge at a place removes a symbol
 * and makes at most two pairs, so that all lists together stay below three times the symbols that
 * there were at first. */
#include "text/byte_pairs.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    int id; /* -1: merged into the one before it */
    size_t previous, next;
    uint64_t weight; /* how often the piece it is in occurs */
} Letter;

typedef struct {
    int left, right;
    uint64_t count; /* weights of all places where it stands now */
    size_t places;  /* the last one of its list, or NO_PLACE */
    bool touched;   /* it is in the list of pairs to offer to the heap */
} Pair;

typedef struct {
    size_t at, before; /* the left letter; the place noted before this one */
} Place;

typedef struct {
    BytePairs *made;
    Letter *letters;
    size_t letter_count;
    PairMap index; /* pairs to their numbers */
    Pair *pairs;
    size_t pair_count, pair_capacity;
    Place *places;
    size_t place_count, place_capacity;
    size_t *touched; /* pairs whose count rose */
    size_t touched_count, touched_capacity;
    Heap heap; /* key: the greatest count less its own; value: both ids, the left one first */
} Trainer;

/* ---- the text, each distinct piece once ---------------------------------------------------------- */
/* The distinct pieces, and their weights in *weights, which the caller frees. */
static Strings count_pieces(Splitter *splitter, const unsigned char *text, size_t size,
                            uint64_t **weights)
{
    Strings distinct = {.bytes = NULL};
    size_t capacity = 0, length;
    const unsigned char *piece;
    Pieces pieces = pieces_of(splitter, text, size);
    *weights = NULL;
    while (pieces_next(&pieces, &piece, &length)) {
        size_t known = distinct.count, number = strings_add(&distinct, piece, length);
        if (known == capacity) {
            capacity = grown(capacity, known + 1);
            *weights = memory_realloc(*weights, capacity * sizeof **weights);
        }
        if (number == known)
            (*weights)[number] = 0;
        (*weights)[number]++;
    }
    return distinct;
}

/* Their letters, linked inside each piece. The ids of single bytes are the bytes. */
static void lay_out(Trainer *trainer, const Strings *distinct, const uint64_t *weights)
{
    trainer->letters = memory_alloc(distinct->used * sizeof *trainer->letters);
    for (size_t number = 0; number < distinct->count; number++) {
        size_t size;
        const unsigned char *bytes = strings_get(distinct, number, &size);
        for (size_t i = 0; i < size; i++) {
            size_t at = trainer->letter_count++;
            trainer->letters[at] = (Letter){.id = bytes[i], .weight = weights[number],
                                            .previous = i == 0 ? NO_PLACE : at - 1,
                                            .next = i + 1 == size ? NO_PLACE : at + 1};
        }
    }
}

/* ---- counts ------------------------------------------------------------------------------------- */
/* The pair that a letter begins with its next one; NULL if it is the last of its piece. */
static Pair *pair_at(Trainer *trainer, size_t at)
{
    const Letter *letter = &trainer->letters[at];
    if (letter->next == NO_PLACE)
        return NULL;
    int right = trainer->letters[letter->next].id;
    size_t number = pair_map_add(&trainer->index, letter->id, right, trainer->pair_count);
    if (number < trainer->pair_count)
        return &trainer->pairs[number];
    if (number == trainer->pair_capacity) {
        trainer->pair_capacity = grown(trainer->pair_capacity, number + 1);
        trainer->pairs = memory_realloc(trainer->pairs, trainer->pair_capacity * sizeof(Pair));
    }
    trainer->pair_count++;
    trainer->pairs[number] = (Pair){.left = letter->id, .right = right, .places = NO_PLACE};
    return &trainer->pairs[number];
}

static void touch(Trainer *trainer, Pair *pair)
{
    if (pair->touched)
        return;
    pair->touched = true;
    if (trainer->touched_count == trainer->touched_capacity) {
        trainer->touched_capacity = grown(trainer->touched_capacity, trainer->touched_count + 1);
        trainer->touched = memory_realloc(trainer->touched,
                                          trainer->touched_capacity * sizeof(size_t));
    }
    trainer->touched[trainer->touched_count++] = (size_t)(pair - trainer->pairs);
}

/* A pair has come to stand at a letter. */
static void add_pair(Trainer *trainer, size_t at)
{
    Pair *pair = pair_at(trainer, at);
    if (pair == NULL)
        return;
    if (trainer->place_count == trainer->place_capacity) {
        trainer->place_capacity = grown(trainer->place_capacity, trainer->place_count + 1);
        trainer->places = memory_realloc(trainer->places, trainer->place_capacity * sizeof(Place));
    }
    trainer->places[trainer->place_count] = (Place){at, pair->places};
    pair->places = trainer->place_count++;
    pair->count += trainer->letters[at].weight;
    touch(trainer, pair);
}

/* It no longer does; its place stays in the list. */
static void remove_pair(Trainer *trainer, size_t at)
{
    Pair *pair = pair_at(trainer, at);
    if (pair != NULL)
        pair->count -= trainer->letters[at].weight;
}

static void offer(Trainer *trainer, const Pair *pair)
{
    if (pair->count > 0)
        heap_push(&trainer->heap, UINT64_MAX - pair->count,
                  (uint64_t)pair->left << 32 | (uint64_t)pair->right);
}

static void offer_touched(Trainer *trainer)
{
    for (size_t i = 0; i < trainer->touched_count; i++) {
        Pair *pair = &trainer->pairs[trainer->touched[i]];
        pair->touched = false;
        offer(trainer, pair);
    }
    trainer->touched_count = 0;
}

/* The most frequent pair, of equally frequent ones that of the lowest ids; NULL: none is left. What
 * has become rarer since it was offered goes back with its count; what has become more frequent was
 * offered again. */
static const Pair *most_frequent(Trainer *trainer)
{
    while (trainer->heap.count > 0) {
        HeapEntry entry = heap_pop(&trainer->heap);
        size_t number = pair_map_get(&trainer->index, (int)(entry.value >> 32), (int)entry.value);
        const Pair *pair = &trainer->pairs[number];
        if (pair->count == UINT64_MAX - entry.key)
            return pair;
        if (pair->count < UINT64_MAX - entry.key)
            offer(trainer, pair);
    }
    return NULL;
}

/* ---- merging ------------------------------------------------------------------------------------ */
static void merge_at(Trainer *trainer, size_t at, Merge merge)
{
    Letter *letters = trainer->letters, *letter = &letters[at];
    size_t next = letter->next;
    if (letter->id != merge.left || next == NO_PLACE || letters[next].id != merge.right)
        return; /* changed since it was noted */
    size_t previous = letter->previous;
    if (previous != NO_PLACE)
        remove_pair(trainer, previous);
    remove_pair(trainer, at);
    remove_pair(trainer, next);
    letter->id = merge.result;
    letter->next = letters[next].next;
    letters[next].id = -1;
    if (letter->next != NO_PLACE)
        letters[letter->next].previous = at;
    if (previous != NO_PLACE)
        add_pair(trainer, previous);
    add_pair(trainer, at);
}

static int ascending(const void *a, const void *b)
{
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    return (x > y) - (x < y);
}

/* The token of both together: the next id, or an older one if other pairs have made the same bytes. */
static int token_of(Strings *tokens, int left, int right)
{
    size_t first, second;
    const unsigned char *front = strings_get(tokens, (size_t)left, &first);
    const unsigned char *back = strings_get(tokens, (size_t)right, &second);
    unsigned char *joined = memory_alloc(first + second);
    memcpy(joined, front, first);
    memcpy(joined + first, back, second);
    size_t id = strings_add(tokens, joined, first + second);
    free(joined);
    return (int)id;
}

/* Merges a pair wherever it stands. From left to right, which decides where equals stand in a row. */
static void merge_everywhere(Trainer *trainer, const Pair *pair)
{
    Merge merge = {pair->left, pair->right,
                   token_of(&trainer->made->tokens, pair->left, pair->right)};
    size_t count = 0, filled = 0;
    for (size_t place = pair->places; place != NO_PLACE; place = trainer->places[place].before)
        count++;
    size_t *places = memory_alloc(count * sizeof *places);
    for (size_t place = pair->places; place != NO_PLACE; place = trainer->places[place].before)
        places[filled++] = trainer->places[place].at;
    qsort(places, count, sizeof *places, ascending);
    for (size_t i = 0; i < count; i++)
        merge_at(trainer, places[i], merge);
    free(places);
    bool fresh = byte_pairs_add_merge(trainer->made, merge);
    require(fresh, "byte_pairs_train: expected each pair to be merged once, found (%d, %d) again",
            merge.left, merge.right);
    offer_touched(trainer);
}

static void trainer_free(Trainer *trainer)
{
    free(trainer->letters);
    pair_map_free(&trainer->index);
    free(trainer->pairs);
    free(trainer->places);
    free(trainer->touched);
    heap_free(&trainer->heap);
}

Error byte_pairs_train(BytePairs **pairs, const unsigned char *text, size_t bytes, size_t size)
{
    *pairs = NULL;
    if (size < 257 || size > INT_MAX)
        return error_make("expected a vocabulary of 257 to %d ids, found %zu", INT_MAX, size);
    Trainer trainer = {.made = byte_pairs_empty()};
    Strings *tokens = &trainer.made->tokens;
    for (int byte = 0; byte < 256; byte++)
        strings_add(tokens, &(unsigned char){(unsigned char)byte}, 1);
    uint64_t *weights;
    Strings distinct = count_pieces(trainer.made->splitter, text, bytes, &weights);
    lay_out(&trainer, &distinct, weights);
    strings_free(&distinct);
    free(weights);
    for (size_t at = 0; at < trainer.letter_count; at++)
        add_pair(&trainer, at);
    offer_touched(&trainer);
    const Pair *best;
    while (tokens->count + 1 < size && (best = most_frequent(&trainer)) != NULL)
        merge_everywhere(&trainer, best);
    strings_add(tokens, (const unsigned char *)byte_pairs_end_text, strlen(byte_pairs_end_text));
    byte_pairs_finish(trainer.made);
    trainer_free(&trainer);
    *pairs = trainer.made;
    return no_error();
}
