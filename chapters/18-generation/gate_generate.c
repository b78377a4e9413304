/* The rows of many ids, held to the model run afresh for each, and of speculative decoding,
 * counted. */
#include "gate.h"

#include <string.h>

enum { WRITTEN_MAX = 40 };

typedef struct {
    int ids[WRITTEN_MAX], count, stop_after;
    bool recorded; /* a tape was kept, though nobody asks for gradients */
} Written;

static bool keep(int id, void *context)
{
    Written *written = context;
    written->recorded = tape_set_recording(false) || written->recorded;
    if (written->count < WRITTEN_MAX)
        written->ids[written->count] = id;
    written->count++;
    return written->count != written->stop_after;
}

/* One id after the other, the model run afresh over its window each time. */
static void write_slowly(const Gpt2 *model, size_t n, size_t count, SampleSettings sampling,
                         Random *random, int *out)
{
    int all[2 * WRITTEN_MAX];
    memcpy(all, text, n * sizeof *all);
    for (size_t i = 0, begin = 0; i < count; i++, n++) {
        TapeMark mark = tape_mark();
        while (n - begin > ROOM)
            begin += ROOM / 2;
        Tensor *logits = gpt2_forward(model, all + begin, 1, n - begin, NULL, 0);
        out[i] = all[n] =
            sample_id(logits->data + (n - begin - 1) * V, V, sampling, random);
        tape_release(mark);
    }
}

static void check_generation(const char *name, const Gpt2 *model, size_t n, SampleSettings sampling,
                             bool no_cache, const Gpt2 *draft)
{
    int expected[30];
    Written written = {.count = 0};
    Proposals proposals = {0};
    GenerateSettings settings = generate_settings_default();
    settings.count = 30;
    settings.sampling = sampling;
    settings.no_cache = no_cache;
    settings.draft = draft;
    settings.proposals = &proposals;
    settings.emit = keep;
    settings.context = &written;
    Random a = random_make(18, 102), b = a;
    size_t length = tape_length();
    size_t count = gpt2_generate(model, text, n, &settings, &a);
    bool clean = tape_length() == length && tape_set_recording(true) && !written.recorded;
    write_slowly(model, n, 30, sampling, &b, expected);
    bool same = count == 30 && written.count == 30 &&
                memcmp(written.ids, expected, sizeof expected) == 0;
    if (draft == NULL)
        gate_check(name, same && clean, "%zu ids", count);
    else
        gate_check(name, same && clean && proposals.proposed > 0, "%zu ids, %zu of %zu accepted",
                   count, proposals.accepted, proposals.proposed);
}

/* The end of a text is what greedy writing gives anyway: it stops there, before it is written. */
static void check_stops(const Gpt2 *model)
{
    int ids[30];
    Random random = random_make(1, 1);
    write_slowly(model, 4, 30, (SampleSettings){.temperature = 0}, &random, ids);
    size_t first = 0, right = 0;
    for (int end = 0; end < V; end++) {
        for (first = 0; first < 30 && ids[first] != end; first++)
            ;
        Written written = {.count = 0};
        GenerateSettings settings = {.count = 30, .end = end, .emit = keep, .context = &written};
        size_t count = gpt2_generate(model, text, 4, &settings, &random);
        right += count == first && written.count == (int)first;
    }
    Written written = {.stop_after = 5};
    GenerateSettings settings = {.count = 30, .end = -1, .emit = keep, .context = &written};
    bool stopped = gpt2_generate(model, text, 4, &settings, &random) == 5 && written.count == 5;
    settings.count = 0;
    bool none = gpt2_generate(model, text, 4, &settings, &random) == 0 && written.count == 5;
    gate_check("generate stops at the end, when told, at 0", right == V && stopped && none,
               "%zu of %d ends", right, V);
}

enum { SMALL_V = 4, ROUNDS = 6000, OUTCOMES = SMALL_V * SMALL_V * SMALL_V };

/* The model's own probability of each three ids after the prompt. */
static void enumerate(double *p, const Gpt2 *model, const int *prompt, size_t n,
                      SampleSettings sampling)
{
    for (int outcome = 0; outcome < OUTCOMES; outcome++) {
        int ids[20];
        memcpy(ids, prompt, n * sizeof *ids);
        p[outcome] = 1;
        for (size_t i = 0, digit = OUTCOMES / SMALL_V; i < 3; i++, digit /= SMALL_V) {
            TapeMark mark = tape_mark();
            double weights[SMALL_V];
            size_t t = n + i, begin = window_begin(t, ROOM);
            const Tensor *logits = gpt2_forward(model, ids + begin, 1, t - begin, NULL, 0);
            const real *last = logits->data + (t - begin - 1) * SMALL_V;
            double total = sample_weights(weights, last, SMALL_V, sampling);
            ids[t] = outcome / (int)digit % SMALL_V;
            p[outcome] *= weights[ids[t]] / total;
            tape_release(mark);
        }
    }
}

static void check_counts(const char *name, size_t n, SampleSettings sampling)
{
    static const int prompt[8] = {3, 0, 1, 1, 2, 0, 3, 2};
    Config config = config_small();
    config.vocab_size = SMALL_V;
    Gpt2 *model = model_make(&config);
    config.n_layer = 1;
    config.n_positions = 5;
    Gpt2 *draft = model_make(&config);
    size_t counts[OUTCOMES] = {0};
    double p[OUTCOMES];
    Proposals proposals = {0};
    Written written;
    GenerateSettings settings = {.count = 3, .sampling = sampling, .end = -1, .draft = draft,
                                 .draft_tokens = 2, .proposals = &proposals, .emit = keep,
                                 .context = &written};
    for (uint64_t i = 0; i < ROUNDS; i++) {
        Random random = random_make(i, 104);
        written = (Written){.count = 0};
        gpt2_generate(model, prompt, n, &settings, &random);
        counts[(written.ids[0] * SMALL_V + written.ids[1]) * SMALL_V + written.ids[2]]++;
    }
    enumerate(p, model, prompt, n, sampling);
    double worst = worst_deviation(counts, p, OUTCOMES, ROUNDS);
    gate_check(name, worst < 5, "worst %.1f deviations, %.0f %% accepted", worst,
               100 * (double)proposals.accepted / (double)proposals.proposed);
    gpt2_free(model);
    gpt2_free(draft);
}

void check_all_generation(void)
{
    Config config = config_small();
    const SampleSettings greedy = {.temperature = 0}, drawn = {.temperature = 1};
    const SampleSettings cut = {.temperature = 0.8, .top_k = 4, .top_p = 0.9};
    config.tied = false; /* with the embedding's table it would repeat what it reads */
    Gpt2 *model = model_make(&config);
    check_generation("generate greedy, a prompt of 1", model, 1, greedy, false, NULL);
    check_generation("generate drawn, the window moves", model, 4, drawn, false, NULL);
    check_generation("generate prompt longer than the room", model, 10, cut, false, NULL);
    check_generation("generate without the cache", model, 4, drawn, true, NULL);
    check_generation("generate without the cache, long prompt", model, 12, cut, true, NULL);
    check_stops(model);
    Gpt2 *draft = draft_make(model);
    check_generation("speculative greedy is the target's", model, 3, greedy, false, draft);
    check_generation("speculative greedy, draft is target", model, 10, greedy, false, model);
    gpt2_free(draft);
    gpt2_free(model);
    check_counts("speculative counted", 3, drawn);
    check_counts("speculative counted, the window moves", 6,
                 (SampleSettings){.temperature = 3, .top_k = 3, .top_p = 0.95});
}
