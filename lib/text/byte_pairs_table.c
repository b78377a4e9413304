/* byte_pairs_table: the three tables under byte pairs. Chapter 16.
 *
 * The two maps hash with open addressing: a key's slot is the first free one from its hash on. They
 * are at most half full, so that a search ends after about two looks, and double when they would be
 * fuller. Nothing is ever taken out. The heap is the usual one in an array. */
#include "text/byte_pairs.h"

#include <stdlib.h>
#include <string.h>

enum { LEAST = 16 };

size_t grown(size_t capacity, size_t need)
{
    size_t next = capacity < LEAST ? LEAST : capacity;
    while (next < need)
        next *= 2;
    return next;
}

/* Spreads all bits over all bits. Source: the finaliser of MurmurHash3 (Appleby 2011), one round. */
static uint64_t mixed(uint64_t x)
{
    x ^= x >> 33;
    x *= 0xFF51AFD7ED558CCDu;
    return x ^ x >> 33;
}

/* ---- pairs -------------------------------------------------------------------------------------- */
static uint64_t pair_key(int left, int right)
{
    return (uint64_t)(uint32_t)left << 32 | (uint32_t)right;
}

/* The slot of a pair, or the free one where it belongs. */
static PairSlot *pair_slot(const PairMap *map, uint64_t pair)
{
    size_t mask = map->capacity - 1, at = mixed(pair) & mask;
    while (map->slots[at].value != NO_PLACE && map->slots[at].pair != pair)
        at = (at + 1) & mask;
    return &map->slots[at];
}

size_t pair_map_get(const PairMap *map, int left, int right)
{
    return map->count == 0 ? NO_PLACE : pair_slot(map, pair_key(left, right))->value;
}

static void pair_map_widen(PairMap *map)
{
    PairMap wider = {.capacity = grown(2 * map->capacity, 1), .count = map->count};
    wider.slots = memory_alloc(wider.capacity * sizeof *wider.slots);
    for (size_t i = 0; i < wider.capacity; i++)
        wider.slots[i].value = NO_PLACE;
    for (size_t i = 0; i < map->capacity; i++)
        if (map->slots[i].value != NO_PLACE)
            *pair_slot(&wider, map->slots[i].pair) = map->slots[i];
    free(map->slots);
    *map = wider;
}

size_t pair_map_add(PairMap *map, int left, int right, size_t value)
{
    if (2 * (map->count + 1) > map->capacity)
        pair_map_widen(map);
    uint64_t pair = pair_key(left, right);
    PairSlot *slot = pair_slot(map, pair);
    if (slot->value == NO_PLACE) {
        *slot = (PairSlot){pair, value};
        map->count++;
    }
    return slot->value;
}

void pair_map_free(PairMap *map)
{
    free(map->slots);
    *map = (PairMap){NULL, 0, 0};
}

/* ---- strings ------------------------------------------------------------------------------------ */
/* FNV-1a, 64 bits (Fowler, Noll and Vo), then mixed: its low bits alone are weak. */
static uint64_t hash_of(const unsigned char *bytes, size_t size)
{
    uint64_t hash = 0xCBF29CE484222325u;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ bytes[i]) * 0x100000001B3u;
    return mixed(hash);
}

const unsigned char *strings_get(const Strings *strings, size_t number, size_t *size)
{
    size_t begin = number == 0 ? 0 : strings->ends[number - 1];
    *size = strings->ends[number] - begin;
    return strings->bytes + begin;
}

static bool string_is(const Strings *strings, size_t number, const unsigned char *bytes, size_t size)
{
    size_t found;
    const unsigned char *string = strings_get(strings, number, &found);
    return found == size && memcmp(string, bytes, size) == 0;
}

static size_t *string_slot(const Strings *strings, const unsigned char *bytes, size_t size)
{
    size_t mask = strings->capacity - 1, at = hash_of(bytes, size) & mask;
    while (strings->slots[at] != NO_PLACE && !string_is(strings, strings->slots[at], bytes, size))
        at = (at + 1) & mask;
    return &strings->slots[at];
}

size_t strings_find(const Strings *strings, const unsigned char *bytes, size_t size)
{
    return strings->count == 0 ? NO_PLACE : *string_slot(strings, bytes, size);
}

static void strings_widen(Strings *strings)
{
    strings->capacity = grown(2 * strings->capacity, 1);
    free(strings->slots);
    strings->slots = memory_alloc(strings->capacity * sizeof *strings->slots);
    for (size_t i = 0; i < strings->capacity; i++)
        strings->slots[i] = NO_PLACE;
    for (size_t number = 0; number < strings->count; number++) {
        size_t size;
        const unsigned char *bytes = strings_get(strings, number, &size);
        *string_slot(strings, bytes, size) = number;
    }
}

static void strings_append(Strings *strings, const unsigned char *bytes, size_t size)
{
    if (strings->used + size > strings->bytes_capacity) {
        strings->bytes_capacity = grown(strings->bytes_capacity, strings->used + size);
        strings->bytes = memory_realloc(strings->bytes, strings->bytes_capacity);
    }
    if (strings->count == strings->ends_capacity) {
        strings->ends_capacity = grown(strings->ends_capacity, strings->count + 1);
        strings->ends = memory_realloc(strings->ends, strings->ends_capacity * sizeof *strings->ends);
    }
    memcpy(strings->bytes + strings->used, bytes, size);
    strings->used += size;
    strings->ends[strings->count++] = strings->used;
}

size_t strings_add(Strings *strings, const unsigned char *bytes, size_t size)
{
    if (2 * (strings->count + 1) > strings->capacity)
        strings_widen(strings);
    size_t *slot = string_slot(strings, bytes, size);
    if (*slot == NO_PLACE) {
        *slot = strings->count;
        strings_append(strings, bytes, size);
    }
    return *slot;
}

void strings_free(Strings *strings)
{
    free(strings->bytes);
    free(strings->ends);
    free(strings->slots);
    *strings = (Strings){.bytes = NULL};
}

/* ---- heap --------------------------------------------------------------------------------------- */
static bool before(HeapEntry a, HeapEntry b)
{
    return a.key < b.key || (a.key == b.key && a.value < b.value);
}

void heap_push(Heap *heap, uint64_t key, uint64_t value)
{
    if (heap->count == heap->capacity) {
        heap->capacity = grown(heap->capacity, heap->count + 1);
        heap->entries = memory_realloc(heap->entries, heap->capacity * sizeof *heap->entries);
    }
    const HeapEntry entry = {key, value};
    size_t at = heap->count++;
    for (; at > 0 && before(entry, heap->entries[(at - 1) / 2]); at = (at - 1) / 2)
        heap->entries[at] = heap->entries[(at - 1) / 2];
    heap->entries[at] = entry;
}

HeapEntry heap_pop(Heap *heap)
{
    require(heap->count > 0, "heap_pop: expected an entry, found none");
    HeapEntry *entries = heap->entries, first = entries[0], last = entries[--heap->count];
    size_t at = 0;
    for (;;) {
        size_t child = 2 * at + 1;
        if (child + 1 < heap->count && before(entries[child + 1], entries[child]))
            child++;
        if (child >= heap->count || !before(entries[child], last))
            break;
        entries[at] = entries[child];
        at = child;
    }
    entries[at] = last;
    return first;
}

void heap_free(Heap *heap)
{
    free(heap->entries);
    *heap = (Heap){NULL, 0, 0};
}
