/* The rows of the cache, held to the forward it replaces, to the bit, and of its window. */
#include "gate.h"

#include <string.h>

/* Reads the text in pieces of these sizes; how many rows of logits are not the forward's bits. */
static size_t rows_apart(Cache *cache, const real *expected, const size_t *pieces, size_t count)
{
    size_t apart = 0, at = cache->length;
    for (size_t i = 0; i < count; i++) {
        TapeMark mark = tape_mark();
        const Tensor *logits = gpt2_extend(cache, text + at, pieces[i], pieces[i]);
        for (size_t row = 0; row < pieces[i]; row++, at++)
            apart += memcmp(logits->data + row * V, expected + at * V, V * sizeof(real)) != 0;
        tape_release(mark);
    }
    return apart;
}

/* Whatever the pieces, and after forgetting: the logits of each position are gpt2_forward's. */
static void check_cache(const char *name, Config config, bool plain)
{
    Gpt2 *model = model_make(&config);
    gpt2_set_plain(model, plain);
    Cache *cache = cache_make(model);
    size_t t = config.n_positions;
    bool recording = tape_set_recording(false);
    TapeMark mark = tape_mark();
    const real *expected = gpt2_forward(model, text, 1, t, NULL, 0)->data;
    size_t apart = rows_apart(cache, expected, (size_t[]){1, 1, 1, 1, 1, 1, 1}, 7);
    cache_truncate(cache, 3);
    apart += rows_apart(cache, expected, (size_t[]){4}, 1);
    cache_truncate(cache, 0);
    apart += rows_apart(cache, expected, (size_t[]){7}, 1);
    cache_truncate(cache, 0);
    apart += rows_apart(cache, expected, (size_t[]){2, 1, 3, 1}, 4);
    gate_check(name, apart == 0 && tape_length() == 0, "%zu of 25 rows differ", apart);
    tape_release(mark);
    tape_set_recording(recording);
    cache_free(cache);
    gpt2_free(model);
}

/* A truncated cache read on with other ids is the cache of the other text. */
static void check_branches(void)
{
    Config config = config_small();
    Gpt2 *model = model_make(&config);
    Cache *cache = cache_make(model);
    const int other[5] = {4, 0, 12, 2, 8};
    TapeMark mark = tape_mark();
    gpt2_extend(cache, text, 6, 1);
    cache_truncate(cache, 3);
    const Tensor *logits = gpt2_extend(cache, other + 3, 2, 1);
    const Tensor *all = gpt2_forward(model, other, 1, 5, NULL, 0);
    bool same = memcmp(logits->data, all->data + 4 * V, V * sizeof(real)) == 0;
    gate_check("cache another text after truncation", same && cache->length == 5, "5 positions");
    tape_release(mark);
    cache_free(cache);
    gpt2_free(model);
}

void check_all_caches(void)
{
    Config config = config_small();
    check_cache("cache against gpt2_forward", config, false);
    check_cache("cache against the plain gpt2_forward", config, true);
    config.bias = false;
    check_cache("cache without biases", config, false);
    config.tanh_gelu = false;
    check_cache("cache with erf's GELU", config, false);
    config.tied = false;
    check_cache("cache with a head of its own", config, true);
    check_branches();
}

/* Up to the room from 0, then halves: the window is full before each move, and never too long. */
void check_window(void)
{
    static const size_t rooms[] = {1, 2, 3, 7, 8};
    int wrong = 0;
    for (int r = 0; r < 5; r++) {
        size_t room = rooms[r], begin = 0, half = room / 2 > 0 ? room / 2 : 1;
        for (size_t n = 1; n < 50; n++) {
            begin += n - begin > room ? half : 0;
            wrong += window_begin(n, room) != begin;
        }
    }
    gate_check("cache window moves by half of the room", wrong == 0, "%d wrong", wrong);
}
