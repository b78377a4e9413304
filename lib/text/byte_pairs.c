/* byte_pairs: a byte-pair tokenizer in memory, and what can be asked of it. Promises in text.h.
 * Chapter 16. */
#include "text/byte_pairs.h"

#include <stdlib.h>
#include <string.h>

const char byte_pairs_end_text[] = "<|endoftext|>";

BytePairs *byte_pairs_empty(void)
{
    BytePairs *pairs = memory_calloc(1, sizeof *pairs);
    pairs->end = -1;
    pairs->splitter = splitter_make();
    return pairs;
}

bool byte_pairs_add_merge(BytePairs *pairs, Merge merge)
{
    size_t rank = pairs->merge_count;
    if (pair_map_add(&pairs->ranks, merge.left, merge.right, rank) != rank)
        return false;
    if (rank == pairs->merge_capacity) {
        pairs->merge_capacity = grown(pairs->merge_capacity, rank + 1);
        pairs->merges = memory_realloc(pairs->merges, pairs->merge_capacity * sizeof *pairs->merges);
    }
    pairs->merges[pairs->merge_count++] = merge;
    return true;
}

int byte_pairs_finish(BytePairs *pairs)
{
    for (int i = 0; i < 256; i++) {
        const unsigned char byte = (unsigned char)i;
        size_t id = strings_find(&pairs->tokens, &byte, 1);
        if (id == NO_PLACE)
            return i;
        pairs->byte_ids[i] = (int)id;
    }
    size_t end = strings_find(&pairs->tokens, (const unsigned char *)byte_pairs_end_text,
                              sizeof byte_pairs_end_text - 1);
    pairs->end = end == NO_PLACE ? -1 : (int)end;
    return -1;
}

void byte_pairs_free(BytePairs *pairs)
{
    if (pairs == NULL)
        return;
    strings_free(&pairs->tokens);
    free(pairs->merges);
    pair_map_free(&pairs->ranks);
    splitter_free(pairs->splitter);
    free(pairs->merger.symbols);
    free(pairs->merger.changed);
    heap_free(&pairs->merger.heap);
    free(pairs->words.slots);
    free(pairs);
}

size_t byte_pairs_size(const BytePairs *pairs)
{
    return pairs->tokens.count;
}

int byte_pairs_end(const BytePairs *pairs)
{
    return pairs->end;
}

const unsigned char *byte_pairs_token(const BytePairs *pairs, int id, size_t *size)
{
    require(id >= 0 && (size_t)id < pairs->tokens.count,
            "byte_pairs_token: expected an id in [0, %zu), found %d", pairs->tokens.count, id);
    return strings_get(&pairs->tokens, (size_t)id, size);
}

/* ---- lists of ids ------------------------------------------------------------------------------- */
void ids_add(Ids *list, int id)
{
    if (list->count == list->capacity) {
        list->capacity = grown(list->capacity, list->count + 1);
        list->ids = memory_realloc(list->ids, list->capacity * sizeof *list->ids);
    }
    list->ids[list->count++] = id;
}

void ids_free(Ids *list)
{
    free(list->ids);
    *list = (Ids){NULL, 0, 0};
}
