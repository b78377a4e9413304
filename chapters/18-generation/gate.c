/* The gate of chapter 18: what is drawn is what the model and the settings say, however it is sped up.
 *
 * Nothing is differentiated here, so nothing is held to differences. Weights are held to a plain
 * sort; a sampler is checked by drawing often and counting: each id's count must lie within five
 * deviations of its expectation, which a right sampler misses about once in two million counts. The
 * cache is held to the forward it replaces, to the bit. Speculative decoding is held to the target
 * alone: exactly on tables (exact.h), and by counting with models. Generation is held to the model
 * itself, run again over its window for every id it wrote. */
#include "exact.h"

#include "gpt2/gpt2.h"

#include <stdlib.h>
#include <string.h>

enum { N = 11, DRAWS = 200000 };

/* ---- one id ------------------------------------------------------------------------------------ */
static void draw_logits(real *logits, size_t n)
{
    for (size_t i = 0; i < n; i++)
        logits[i] = (real)(float)(2 * random_normal(gate_random()));
}

static bool is_largest(const real *logits, size_t n, int id)
{
    size_t larger = 0;
    for (size_t i = 0; i < n; i++)
        larger += logits[i] > logits[id];
    return larger == 0;
}

/* Under these settings the sampler must take the most likely id, of 1000 random rows. */
static void check_greedy(const char *name, SampleSettings settings)
{
    enum { ROWS = 1000 };
    int right = 0;
    for (int row = 0; row < ROWS; row++) {
        real logits[N];
        draw_logits(logits, N);
        int id = sample_id(logits, N, settings, gate_random());
        right += id >= 0 && id < N && is_largest(logits, N, id);
    }
    gate_check(name, right == ROWS, "%d of %d", right, ROWS);
}

/* What of all weight the ids larger than logits[i] have. */
static double weight_above(const double *p, const real *logits, size_t n, size_t i)
{
    double above = 0;
    for (size_t j = 0; j < n; j++)
        above += logits[j] > logits[i] ? p[j] : 0;
    return above;
}

static void normalise(double *p, size_t n)
{
    double total = 0;
    for (size_t i = 0; i < n; i++)
        total += p[i];
    for (size_t i = 0; i < n; i++)
        p[i] /= total;
}

/* By the definition: softmax(l / temperature); only those of which fewer than k are larger; of these
 * only those above which less than the share p lies. */
static void probabilities(double *p, const real *logits, size_t n, SampleSettings settings)
{
    bool kept[N];
    for (size_t i = 0; i < n; i++) {
        size_t larger = 0;
        for (size_t j = 0; j < n; j++)
            larger += logits[j] > logits[i];
        bool allowed = settings.top_k == 0 || larger < settings.top_k;
        p[i] = allowed ? exp((double)logits[i] / settings.temperature) : 0;
    }
    normalise(p, n);
    for (size_t i = 0; i < n; i++)
        kept[i] = settings.top_p == 0 || weight_above(p, logits, n, i) < settings.top_p;
    for (size_t i = 0; i < n; i++)
        p[i] = kept[i] ? p[i] : 0;
    normalise(p, n);
}

/* A thousand rows, every cut: the weights are those of the definition. Logits are halves, so that
 * many are equal. */
static void check_weights(const char *name, bool equal_logits)
{
    static const double shares[] = {0, 0.05, 0.5, 0.83, 0.999};
    double worst = 0;
    for (int row = 0; row < 1000; row++) {
        real logits[N];
        double weights[N], p[N];
        draw_logits(logits, N);
        for (size_t i = 0; i < N && equal_logits; i++)
            logits[i] = round(2 * logits[i]) / 2;
        SampleSettings settings = {.temperature = 0.3 + 0.01 * (double)(row % 150),
                                   .top_k = (size_t)row % (N + 2), .top_p = shares[row % 5]};
        double total = sample_weights(weights, logits, N, settings);
        probabilities(p, logits, N, settings);
        for (size_t i = 0; i < N; i++)
            worst = fmax(worst, fabs(weights[i] / total - p[i]));
    }
    gate_check(name, worst < 1e-12, "worst %.1g", worst);
}

/* The worst of |count - expected| in deviations sqrt(n p (1 - p)); infinite for a draw that could
 * not happen. */
static double worst_deviation(const size_t *counts, const double *p, size_t n, double draws)
{
    double worst = 0;
    for (size_t i = 0; i < n; i++) {
        double spread = sqrt(draws * p[i] * (1 - p[i]));
        double off = fabs((double)counts[i] - draws * p[i]);
        if (off > 1e-6)
            worst = fmax(worst, spread > 0 ? off / spread : HUGE_VAL);
    }
    return worst;
}

static void check_frequencies(const char *name, const real *logits, SampleSettings settings)
{
    size_t counts[N] = {0};
    double p[N];
    Random random = random_make(18, settings.top_k);
    for (int i = 0; i < DRAWS; i++)
        counts[sample_id(logits, N, settings, &random)]++;
    probabilities(p, logits, N, settings);
    double worst = worst_deviation(counts, p, N, DRAWS);
    gate_check(name, worst < 5, "worst %.1f deviations", worst);
}

static void check_all_frequencies(void)
{
    /* Not sorted, two of them equal, one impossible; likely enough for every id to be drawn. */
    const real logits[N] = {(real)0.5,  -1, 2, (real)1.25, -(real)INFINITY, 0, (real)1.25,
                            (real)-0.5, 1,  (real)-1.5,    (real)0.25};
    check_frequencies("sample temperature 1", logits, (SampleSettings){.temperature = 1});
    check_frequencies("sample temperature 0.5", logits, (SampleSettings){.temperature = 0.5});
    check_frequencies("sample temperature 1.5, top 5", logits,
                      (SampleSettings){.temperature = 1.5, .top_k = 5});
    /* The second and the third are equal: both are kept. */
    check_frequencies("sample top 2, a tie keeps both", logits,
                      (SampleSettings){.temperature = 1, .top_k = 2});
    check_frequencies("sample top-p 0.6", logits, (SampleSettings){.temperature = 1, .top_p = 0.6});
    check_frequencies("sample top 6, of those top-p 0.7", logits,
                      (SampleSettings){.temperature = 0.7, .top_k = 6, .top_p = 0.7});
}

/* Logits ln 1, ln 2, ln 4: probabilities 1/7, 2/7, 4/7. The one uniform number of a draw says which:
 * below 1/7 the first, below 3/7 the second, else the third. At temperature 1/2 the odds are squared:
 * 1/21, 4/21, 16/21. */
static void check_by_hand(void)
{
    const real logits[3] = {0, (real)0.69314718055994530942, (real)1.38629436111989061883};
    Random random = random_make(18, 103);
    int right = 0, sharper = 0;
    for (int i = 0; i < 1000; i++) {
        Random peek = random;
        double u = random_uniform(&peek);
        int expected = u < 1.0 / 7 ? 0 : u < 3.0 / 7 ? 1 : 2;
        right += sample_id(logits, 3, (SampleSettings){.temperature = 1}, &random) == expected;
        peek = random;
        u = random_uniform(&peek);
        expected = u < 1.0 / 21 ? 0 : u < 5.0 / 21 ? 1 : 2;
        sharper += sample_id(logits, 3, (SampleSettings){.temperature = 0.5}, &random) == expected;
    }
    gate_check("sample by hand: 1/7, 2/7, 4/7", right == 1000, "%d of 1000", right);
    gate_check("sample by hand: 1/21, 4/21, 16/21", sharper == 1000, "%d of 1000", sharper);
}

/* 4/7, 2/7, 1/7 from the likeliest: 0.5 needs the first alone, 0.6 the second too, 0.9 all; with the
 * two largest first, 2/3 and 1/3, 0.65 needs only one. */
static void check_top_p_by_hand(void)
{
    const real logits[3] = {0, (real)0.69314718055994530942, (real)1.38629436111989061883};
    const struct {
        size_t top_k;
        double top_p, p[3];
    } cases[] = {{0, 0.5, {0, 0, 1}}, {0, 0.6, {0, 1.0 / 3, 2.0 / 3}},
                 {0, 0.9, {1.0 / 7, 2.0 / 7, 4.0 / 7}}, {2, 0.65, {0, 0, 1}},
                 {2, 0.7, {0, 1.0 / 3, 2.0 / 3}}};
    double worst = 0;
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        double weights[3];
        SampleSettings settings = {1, cases[c].top_k, cases[c].top_p};
        double total = sample_weights(weights, logits, 3, settings);
        for (int i = 0; i < 3; i++)
            worst = fmax(worst, fabs(weights[i] / total - cases[c].p[i]));
    }
    gate_check("sample top-p by hand, alone and after top 2", worst < 1e-6, "worst %.1g", worst);
}

/* Logits a thousand apart overflow nothing; adding a constant changes no draw. */
static void check_range(void)
{
    const real huge[3] = {1000, 1003, -1000}, moved[3] = {-2000, -1997, -4000};
    Random a = random_make(18, 100), b = a;
    int same = 0, seen[3] = {0};
    for (int i = 0; i < 1000; i++) {
        int one = sample_id(huge, 3, (SampleSettings){.temperature = 1}, &a);
        same += one == sample_id(moved, 3, (SampleSettings){.temperature = 1}, &b);
        seen[one]++;
    }
    bool plausible = seen[0] > 10 && seen[1] > 900 && seen[2] == 0;
    gate_check("sample large logits, shifted logits", same == 1000 && plausible,
               "%d of 1000 equal", same);
}

/* The same seed repeats; another does not; and a draw takes one random number, whatever it gives. */
static void check_seed(void)
{
    real logits[N];
    int first[50], again[50], other[50];
    Random a = random_make(18, 101), b = a, c = random_make(19, 101);
    draw_logits(logits, N);
    for (int i = 0; i < 50; i++) {
        first[i] = sample_id(logits, N, (SampleSettings){.temperature = 1}, &a);
        again[i] = sample_id(logits, N, (SampleSettings){.temperature = 1}, &b);
        other[i] = sample_id(logits, N, (SampleSettings){.temperature = 1}, &c);
    }
    bool repeats = memcmp(first, again, sizeof first) == 0;
    bool differs = memcmp(first, other, sizeof first) != 0;
    gate_check("sample a seed repeats, another does not", repeats && differs, "50 draws");
    gate_check("sample one random number a draw", a.counter == 50, "%d", (int)a.counter);
}

/* ---- the cache ----------------------------------------------------------------------------------- */
enum { WRITTEN_MAX = 40, ROOM = 7, V = 13 };

static Config config_small(void)
{
    return (Config){.n_layer = 2, .n_head = 2, .n_embd = 6, .vocab_size = V, .n_positions = ROOM,
                    .layer_norm_epsilon = 1e-5, .tanh_gelu = true, .tied = true, .bias = true};
}

/* Weights large enough that no two ids are alike, biases too. */
static Gpt2 *model_make(const Config *config)
{
    Gpt2 *model = gpt2_make(config, 18);
    for (int i = 0; i < model->parameters.count; i++)
        parameter_normal(model->parameters.items[i].tensor, gate_random(), (real)0.6);
    return model;
}

/* A model that mostly agrees with this one. */
static Gpt2 *draft_make(const Gpt2 *model)
{
    Gpt2 *draft = gpt2_make(&model->config, 19);
    for (int i = 0; i < model->parameters.count; i++) {
        Tensor *tensor = draft->parameters.items[i].tensor;
        parameter_normal(tensor, gate_random(), (real)0.08);
        for (size_t k = 0; k < tensor->size; k++)
            tensor->data[k] += model->parameters.items[i].tensor->data[k];
    }
    return draft;
}

static const int text[12] = {4, 0, 12, 7, 7, 1, 9, 3, 5, 2, 11, 4};

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

static void check_all_caches(void)
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
static void check_window(void)
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

/* ---- speculative decoding, exactly --------------------------------------------------------------- */
static void draw_tables(Toy *toy, SampleSettings sampling, bool same)
{
    for (size_t t = 0; t < toy->length; t++)
        for (size_t last = 0; last < toy->classes; last++)
            for (int which = 0; which < 2; which++) {
                real logits[TOY_CLASSES];
                double *row = (which == 0 ? toy->p : toy->q)[t][last];
                draw_logits(logits, toy->classes);
                double total = sample_weights(row, logits, toy->classes, sampling);
                for (size_t i = 0; i < toy->classes; i++)
                    row[i] = which == 1 && same ? toy->p[t][last][i] : row[i] / total;
            }
}

static void check_exactly(const char *name, size_t classes, size_t proposed, size_t length,
                          SampleSettings sampling, bool same)
{
    double worst = 0, accepted = 0;
    for (int trial = 0; trial < 4; trial++) {
        Toy toy = {.classes = classes, .proposed = proposed, .length = length};
        draw_tables(&toy, sampling, same);
        worst = fmax(worst, toy_worst_difference(&toy));
        accepted += toy_round_accepted(&toy) / 4;
    }
    bool as_expected = !same || fabs(accepted - (double)proposed) < 1e-12;
    gate_check(name, worst < 1e-13 && as_expected, "worst %.1g, %.2f accepted", worst, accepted);
}

static void check_all_exactly(void)
{
    const SampleSettings all = {.temperature = 1}, greedy = {.temperature = 0};
    check_exactly("speculative exact, V 3, k 1", 3, 1, 3, all, false);
    check_exactly("speculative exact, V 3, k 3", 3, 3, 4, all, false);
    check_exactly("speculative exact, V 5, k 2", 5, 2, 3, all, false);
    check_exactly("speculative exact, V 5, k 3, top 3", 5, 3, 4,
                  (SampleSettings){.temperature = 1, .top_k = 3}, false);
    check_exactly("speculative exact, V 4, k 2, top-p 0.7", 4, 2, 3,
                  (SampleSettings){.temperature = 1.5, .top_p = 0.7}, false);
    check_exactly("speculative exact, V 5, k 2, greedy", 5, 2, 3, greedy, false);
    check_exactly("speculative exact, draft is target", 4, 3, 4, all, true);
}

/* p = (1/4, 3/8, 3/8), q = (1/2, 1/4, 1/4): id 0 stays half the time, 1 and 2 always; in place of 0
 * come 1 and 2, one as often as the other. After all: p again. */
static void check_judge_by_hand(void)
{
    const double p[6] = {0.25, 0.375, 0.375, 0.25, 0.375, 0.375}, q[3] = {0.5, 0.25, 0.25};
    const struct {
        int proposed;
        double u, v;
        Verdict verdict;
    } cases[] = {{0, 0.49, 0.9, {1, 2}}, {0, 0.5, 0.49, {0, 1}}, {0, 0.99, 0.51, {0, 2}},
                 {1, 0.99, 0.1, {1, 0}}, {2, 0.99, 0.3, {1, 1}}};
    int right = 0, count = sizeof cases / sizeof *cases;
    for (int i = 0; i < count; i++) {
        double uniforms[2] = {cases[i].u, cases[i].v};
        Verdict found = speculative_judge(p, q, 3, &cases[i].proposed, 1, uniforms);
        right += found.accepted == cases[i].verdict.accepted && found.next == cases[i].verdict.next;
    }
    gate_check("speculative by hand", right == count, "%d of %d", right, count);
}

/* ---- many ids ------------------------------------------------------------------------------------ */
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

/* ---- speculative decoding, counted --------------------------------------------------------------- */
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
            double total = sample_weights(weights, logits->data + (t - begin - 1) * SMALL_V, SMALL_V,
                                          sampling);
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

static void check_all_generation(void)
{
    Config config = config_small();
    const SampleSettings greedy = {.temperature = 0}, drawn = {.temperature = 1};
    const SampleSettings cut = {.temperature = 0.8, .top_k = 4, .top_p = 0.9};
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
                 (SampleSettings){.temperature = 0.9, .top_k = 3, .top_p = 0.95});
}

/* ---- streaming ----------------------------------------------------------------------------------- */
/* What comes out of a text cut at the bits of `cuts`; owned. */
static char *streamed(const char *bytes, size_t size, unsigned cuts)
{
    char *out = NULL;
    size_t length = 0, from = 0;
    FILE *file = open_memstream(&out, &length);
    Utf8Stream stream = {.count = 0};
    for (size_t i = 1; i <= size; i++)
        if (i == size || cuts >> (i - 1) & 1) {
            utf8_stream_put(&stream, (const unsigned char *)bytes + from, i - from, file);
            from = i;
        }
    utf8_stream_end(&stream, file);
    fclose(file);
    return out;
}

/* Characters of 1 to 4 bytes come back whole however they are cut; broken ones become U+FFFD. */
static void check_stream(void)
{
#define R "\xEF\xBF\xBD"
    static const char *const pairs[][2] = {
        {"aé€\U0001F600z", "aé€\U0001F600z"},   /* all lengths */
        {"\x80" "b", R "b"},                    /* a follower alone */
        {"\xE2\x82" "c", R "c"},                /* cut short by another character */
        {"\xC0\xAF", R R},                      /* overlong */
        {"\xE0\x80\xAF", R R R},                /* the same in three bytes */
        {"\xED\xA0\x80", R R R},                /* a surrogate */
        {"\xF4\x90\x80\x80", R R R R},          /* past U+10FFFF */
        {"\xF0\x9F\x98\xC3\xA9", R "é"},        /* one byte missing, then a whole one */
        {"\xE2\x82", R},                        /* the end comes too soon */
        {"\xEF\xBB\xBF\xFF", "\xEF\xBB\xBF" R}};
#undef R
    size_t right = 0, tried = 0;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        size_t size = strlen(pairs[i][0]);
        for (unsigned cuts = 0; cuts < 1u << (size - 1); cuts++, tried++) {
            char *out = streamed(pairs[i][0], size, cuts);
            right += strcmp(out, pairs[i][1]) == 0;
            free(out);
        }
    }
    gate_check("utf8_stream every cut of 10 texts", right == tried, "%zu of %zu", right, tried);
}

int main(int argc, char **argv)
{
    gate_begin(argc, argv, "18-generation");
    check_greedy("sample temperature 0 is argmax", (SampleSettings){.temperature = 0});
    check_greedy("sample temperature 0 is argmax, top 3",
                 (SampleSettings){.temperature = 0, .top_k = 3});
    check_greedy("sample top 1 is argmax", (SampleSettings){.temperature = 2, .top_k = 1});
    check_greedy("sample a tiny top-p is argmax", (SampleSettings){.temperature = 2, .top_p = 0.01});
    check_weights("sample weights by definition", false);
    check_weights("sample weights by definition, many equal", true);
    check_all_frequencies();
    check_by_hand();
    check_top_p_by_hand();
    check_range();
    check_seed();
    check_all_caches();
    check_window();
    check_all_exactly();
    check_judge_by_hand();
    check_all_generation();
    check_stream();
    tape_free();
    return gate_end();
}
