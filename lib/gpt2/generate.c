/* generate: writing text, one id at a time or a round of them. Taught in chapter 18.
 *
 * The logits of the last position give what comes next; it is drawn, appended, and the model is
 * asked again: by a forward over the whole window, by the cache, or with a draft's help. */
#include "gpt2/gpt2.h"

#include <stdlib.h>
#include <string.h>

GenerateSettings generate_settings_default(void)
{
    return (GenerateSettings){.count = 300, .sampling = {.temperature = 0.8}, .end = -1,
                              .draft_tokens = 4};
}

typedef struct {
    const Gpt2 *model;
    const GenerateSettings *settings;
    Random *random;
    Cache *cache;             /* NULL: forward over the whole window */
    Speculative *speculative; /* NULL: no draft */
    int *ids;                 /* the text, with room for all that may come */
    size_t n;
} Writer;

static void writer_begin(Writer *w, const int *ids, size_t n)
{
    const GenerateSettings *settings = w->settings;
    require(n >= 1, "gpt2_generate: expected a prompt of at least one id");
    require(settings->draft == NULL || !settings->no_cache,
            "gpt2_generate: a draft goes with the cache, expected no no_cache");
    w->ids = memory_alloc((n + settings->count) * sizeof *w->ids);
    memcpy(w->ids, ids, n * sizeof *ids);
    w->n = n;
    if (settings->draft != NULL)
        w->speculative = speculative_make(w->model, settings->draft, settings->draft_tokens);
    else if (!settings->no_cache)
        w->cache = cache_make(w->model);
}

static void writer_end(Writer *w)
{
    speculative_free(w->speculative);
    cache_free(w->cache);
    free(w->ids);
}

/* The next id after the last one, by the cache or without it. */
static int next_id(Writer *w)
{
    size_t classes = w->model->config.vocab_size;
    TapeMark mark = tape_mark();
    const real *logits;
    if (w->cache != NULL)
        logits = cache_follow(w->cache, w->ids, w->n, 1)->data;
    else {
        size_t begin = window_begin(w->n, w->model->config.n_positions), t = w->n - begin;
        logits = gpt2_forward(w->model, w->ids + begin, 1, t, NULL, 0)->data + (t - 1) * classes;
    }
    int id = sample_id(logits, classes, w->settings->sampling, w->random);
    tape_release(mark);
    return id;
}

/* Puts 1 to `most` new ids behind the text; returns how many. */
static size_t write_on(Writer *w, size_t most)
{
    if (w->speculative == NULL) {
        w->ids[w->n] = next_id(w);
        return 1;
    }
    Round round = speculative_round(w->speculative, w->ids, w->n, most, w->settings->sampling,
                                    w->random);
    if (w->settings->proposals != NULL) {
        w->settings->proposals->proposed += round.proposed;
        w->settings->proposals->accepted += round.accepted;
    }
    return round.written;
}

size_t gpt2_generate(const Gpt2 *model, const int *ids, size_t n, const GenerateSettings *settings,
                     Random *random)
{
    Writer w = {.model = model, .settings = settings, .random = random};
    writer_begin(&w, ids, n);
    bool recording = tape_set_recording(false), stop = false;
    size_t written = 0;
    while (written < settings->count && !stop) {
        size_t more = write_on(&w, settings->count - written);
        for (size_t i = 0; i < more && !stop; i++) {
            int id = w.ids[w.n++];
            stop = id == settings->end;
            if (!stop) {
                written++;
                stop = !settings->emit(id, settings->context);
            }
        }
    }
    tape_set_recording(recording);
    writer_end(&w);
    return written;
}
