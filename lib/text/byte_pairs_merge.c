/* byte_pairs_merge: one piece into ids, by rank. Chapter 16 derives it.
 *
 * The rule (Sennrich, Haddow and Birch 2016): of all pairs of neighbours take the one of least rank,
 * merge it wherever it stands, from left to right; again, until no pair has a rank. Looking through
 * the whole piece for each merge costs n^2. Here the symbols are a linked list and the pairs wait in a
 * heap by rank and place, so that n bytes cost n log n.
 *
 * A merge makes new pairs with its neighbours. They go to the heap when their rank's turn is over:
 * the rule looks again only then, and with files that were not made by training it matters. An entry
 * whose symbols have changed since is passed over when it comes up. */
#include "text/byte_pairs.h"

/* The rank of the pair that symbol `at` begins; NO_PLACE if it has none, or is gone. */
static size_t rank_at(const BytePairs *pairs, size_t at)
{
    const Symbol *symbols = pairs->merger.symbols;
    if (symbols[at].id < 0 || symbols[at].next == NO_PLACE)
        return NO_PLACE;
    return pair_map_get(&pairs->ranks, symbols[at].id, symbols[symbols[at].next].id);
}

static void offer(BytePairs *pairs, size_t at)
{
    size_t rank = rank_at(pairs, at);
    if (rank != NO_PLACE)
        heap_push(&pairs->merger.heap, rank, at);
}

static void prepare(BytePairs *pairs, const unsigned char *piece, size_t size)
{
    Merger *merger = &pairs->merger;
    if (size > merger->capacity) {
        merger->capacity = grown(merger->capacity, size);
        merger->symbols = memory_realloc(merger->symbols, merger->capacity * sizeof *merger->symbols);
        /* A rank merges at most every second symbol, and each merge changes two pairs. */
        merger->changed = memory_realloc(merger->changed, merger->capacity * sizeof *merger->changed);
    }
    for (size_t i = 0; i < size; i++)
        merger->symbols[i] = (Symbol){.id = pairs->byte_ids[piece[i]],
                                      .previous = i == 0 ? NO_PLACE : i - 1,
                                      .next = i + 1 == size ? NO_PLACE : i + 1};
    for (size_t i = 0; i < size; i++)
        offer(pairs, i);
}

/* Symbol `at` takes in the next one. */
static void merge_at(BytePairs *pairs, size_t at, int result)
{
    Merger *merger = &pairs->merger;
    Symbol *symbol = &merger->symbols[at], *gone = &merger->symbols[symbol->next];
    symbol->id = result;
    symbol->next = gone->next;
    gone->id = -1;
    if (symbol->next != NO_PLACE) {
        merger->symbols[symbol->next].previous = at;
        merger->changed[merger->changes++] = at;
    }
    if (symbol->previous != NO_PLACE)
        merger->changed[merger->changes++] = symbol->previous;
}

void byte_pairs_merge(BytePairs *pairs, const unsigned char *piece, size_t size, Ids *out)
{
    Merger *merger = &pairs->merger;
    Heap *heap = &merger->heap;
    prepare(pairs, piece, size);
    while (heap->count > 0) {
        size_t rank = heap->entries[0].key;
        while (heap->count > 0 && heap->entries[0].key == rank) {
            size_t at = heap_pop(heap).value;
            if (rank_at(pairs, at) == rank)
                merge_at(pairs, at, pairs->merges[rank].result);
        }
        while (merger->changes > 0)
            offer(pairs, merger->changed[--merger->changes]);
    }
    for (size_t at = size > 0 ? 0 : NO_PLACE; at != NO_PLACE; at = merger->symbols[at].next)
        ids_add(out, merger->symbols[at].id);
}
