/* Trains a GPT-2 for a few seconds, asks it what follows a prompt, and shows how temperature, top-k
 * and top-p change that one distribution before anything is drawn from it; then draws. A smaller
 * one guesses ahead for it. Last, how fast a model writes with the cache and without.
 * Columns: rank (1 is the most likely character), then for each setting the probability of the
 * character of that rank. The second table: position, and tokens per second with_the_cache and
 * without. Run it where chapters/ is. */
#include "gpt2/gpt2.h"
#include "show/show.h"

#include <stdlib.h>
#include <string.h>

enum { STEPS = 200, RANKS = 15, LETTERS = 56, VOCABULARY = 256, CASES = 5 };
static const char PROMPT[] = "The gradient of the l";
static const SampleSettings cases[CASES] = {
    {.temperature = 0.5}, {.temperature = 1}, {.temperature = 1.5},
    {.temperature = 1, .top_k = 5}, {.temperature = 1, .top_p = 0.8}};
static const char *const names[CASES + 1] = {"temperature 0.5", "temperature 1", "temperature 1.5",
                                             "top 5", "top-p 0.8", "temperature 0"};

static Gpt2 *train(const Corpus *corpus, const char *text, size_t layers, size_t width,
                   uint64_t seed)
{
    Span train_part, held_out;
    TrainResult result;
    Config config = config_default();
    config.n_layer = layers;
    config.n_embd = width;
    config.n_positions = 32;
    config.vocab_size = (size_t)corpus->vocabulary.size;
    require(config.vocab_size <= VOCABULARY, "train: %zu characters are too many",
            config.vocab_size);
    exit_if(corpus_split(&corpus->stream, text, config.n_positions, &train_part, &held_out));
    TrainSettings settings = train_settings_default();
    settings.steps = STEPS;
    settings.batch = 16;
    settings.rate = 5e-3;
    settings.floor = 5e-4;
    settings.warm_up = 20;
    settings.evaluate_every = 0;
    settings.seed = seed;
    Gpt2 *model = gpt2_make(&config, seed);
    exit_if(gpt2_train(model, NULL, train_part, held_out, &settings, &result));
    printf("a GPT-2 of %zu layer%s of width %zu, %d steps: held-out loss below %.1f nats a "
           "character\n", layers, layers == 1 ? "" : "s", width, STEPS,
           ceil(result.validation * 10) / 10);
    return model;
}

/* ---- one distribution ------------------------------------------------------------------------ */
/* The logits for what follows the prompt. */
static void next_logits(const Gpt2 *model, const int *ids, size_t count, real *logits)
{
    Cache *cache = cache_make(model);
    TapeMark mark = tape_mark();
    memcpy(logits, gpt2_extend(cache, ids, count, 1)->data,
           model->config.vocab_size * sizeof *logits);
    tape_release(mark);
    cache_free(cache);
}

static const real *sorted_by;
static int by_logit(const void *a, const void *b)
{
    real x = sorted_by[*(const int *)a], y = sorted_by[*(const int *)b];
    return (x < y) - (x > y);
}

/* The ids, the most likely first. */
static void rank_ids(const real *logits, size_t classes, int *ranked)
{
    for (size_t i = 0; i < classes; i++)
        ranked[i] = (int)i;
    sorted_by = logits;
    qsort(ranked, classes, sizeof *ranked, by_logit);
}

static void print_choice(const Vocabulary *vocabulary, int id)
{
    unsigned char bytes[4];
    int length = vocabulary_decode_id(vocabulary, id, bytes);
    if (length == 1 && bytes[0] == '\n')
        printf(" newline");
    else
        printf(" '%.*s'", length, (const char *)bytes);
}

static void show_distributions(const Gpt2 *model, const Vocabulary *vocabulary, const int *ids,
                               size_t count, const char *path)
{
    TsvLog log;
    real logits[VOCABULARY];
    int ranked[VOCABULARY];
    double p[CASES][VOCABULARY], total[CASES];
    size_t classes = model->config.vocab_size, kept = 0;
    next_logits(model, ids, count, logits);
    rank_ids(logits, classes, ranked);
    for (int i = 0; i < CASES; i++)
        total[i] = sample_weights(p[i], logits, classes, cases[i]);
    exit_if(tsv_create(&log, path, "rank temperature_0.5 temperature_1 temperature_1.5 top_5 "
                       "top-p_0.8"));
    for (size_t rank = 0; rank < RANKS && rank < classes; rank++) {
        double row[CASES + 1] = {(double)rank + 1};
        for (int i = 0; i < CASES; i++)
            row[i + 1] = p[i][ranked[rank]] / total[i];
        exit_if(tsv_row(&log, CASES + 1, row));
    }
    exit_if(tsv_close(&log));
    for (size_t i = 0; i < classes; i++)
        kept += p[4][i] > 0;
    printf("after \"%s\" the most likely are", PROMPT);
    for (int i = 0; i < 5; i++)
        print_choice(vocabulary, ranked[i]);
    printf("\n  the first has probability %.1f at temperature 0.5, %.1f at 1, %.1f at 1.5; top-p "
           "0.8 keeps %zu of %zu\n", p[0][ranked[0]] / total[0], p[1][ranked[0]] / total[1],
           p[2][ranked[0]] / total[2], kept, classes);
}

/* ---- drawing --------------------------------------------------------------------------------- */
typedef struct {
    const Vocabulary *vocabulary;
    Utf8Stream stream;
} Line;

static bool print_id(int id, void *context)
{
    Line *line = context;
    unsigned char bytes[4];
    int length = vocabulary_decode_id(line->vocabulary, id, bytes);
    if (length == 1 && bytes[0] == '\n')
        bytes[0] = ' '; /* one line a sample */
    utf8_stream_put(&line->stream, bytes, (size_t)length, stdout);
    return true;
}

static void show_samples(const Gpt2 *model, const Vocabulary *vocabulary, const int *ids,
                         size_t count, uint64_t seed)
{
    for (int i = 0; i <= CASES; i++) {
        Line line = {.vocabulary = vocabulary};
        Random random = random_make(seed, 3);
        GenerateSettings settings = generate_settings_default();
        settings.count = LETTERS;
        settings.sampling = i < CASES ? cases[i] : (SampleSettings){.temperature = 0};
        settings.emit = print_id;
        settings.context = &line;
        printf("  %-15s  %s", names[i], PROMPT);
        gpt2_generate(model, ids, count, &settings, &random);
        utf8_stream_end(&line.stream, stdout);
        putchar('\n');
    }
}

/* ---- guessing ahead -------------------------------------------------------------------------- */
static bool print_nothing(int id, void *context)
{
    (void)id;
    (void)context;
    return true;
}

static void show_draft(const Gpt2 *model, const Gpt2 *draft, const int *ids, size_t count,
                       uint64_t seed)
{
    Proposals proposals = {0};
    Random random = random_make(seed, 4);
    GenerateSettings settings = generate_settings_default();
    settings.count = 1000;
    settings.sampling = (SampleSettings){.temperature = 1};
    settings.draft = draft;
    settings.proposals = &proposals;
    settings.emit = print_nothing;
    gpt2_generate(model, ids, count, &settings, &random);
    double share = (double)proposals.accepted / (double)proposals.proposed;
    printf("the smaller one guesses for the larger: more than %.0f %% accepted at temperature 1\n",
           10 * floor(share * 10));
}

/* ---- how fast -------------------------------------------------------------------------------- */
enum { CONTEXT = 256, TRIES = 8 };

/* The least time that the logits after t ids take: with the t-1 before in the cache,
 * or, without a cache, by a forward over all. */
static double time_next(const Gpt2 *model, Cache *cache, const int *ids, size_t t)
{
    double least = HUGE_VAL;
    for (int i = 0; i < TRIES; i++) {
        TapeMark mark = tape_mark();
        double began = seconds_now();
        if (cache == NULL)
            gpt2_forward(model, ids, 1, t, NULL, 0);
        else {
            gpt2_extend(cache, ids + t - 1, 1, 1);
            cache_truncate(cache, t - 1);
        }
        least = fmin(least, seconds_now() - began);
        tape_release(mark);
    }
    return least;
}

/* A model of random weights: how fast it is does not depend on them. */
static void show_speed(const char *path)
{
    Config config = config_default();
    config.n_positions = CONTEXT;
    config.vocab_size = 65;
    Gpt2 *model = gpt2_make(&config, 1);
    Cache *cache = cache_make(model);
    TsvLog log;
    int ids[CONTEXT] = {0};
    bool recording = tape_set_recording(false);
    exit_if(tsv_create_beside(&log, path, "speed", "position with_the_cache without"));
    for (size_t t = 1; t <= CONTEXT; t *= 2) {
        TapeMark mark = tape_mark();
        if (t - 1 > cache->length)
            gpt2_extend(cache, ids, t - 1 - cache->length, 1);
        tape_release(mark);
        double with = time_next(model, cache, ids, t), without = time_next(model, NULL, ids, t);
        exit_if(tsv_row(&log, 3, (double[]){(double)t, 1 / with, 1 / without}));
    }
    exit_if(tsv_close(&log));
    tape_set_recording(recording);
    cache_free(cache);
    gpt2_free(model);
}

int main(int argc, char **argv)
{
    const char *text = "chapters/course.txt", *path = "build/plots/18-generation.tsv";
    uint64_t seed = 18;
    const Option options[] = {{"tsv", OPTION_TEXT, &path, 0, 0, "where the distributions go"},
                              {"seed", OPTION_SEED, &seed, 0, 0, "of the training and the drawing"}};
    options_parse(argc, argv, "Shows what temperature, top-k and top-p do to a distribution, and "
                  "what the cache does for speed.", options, 2);
    Corpus corpus;
    int ids[sizeof PROMPT];
    size_t count;
    exit_if(corpus_read(&corpus, text, NULL));
    exit_if(vocabulary_encode(&corpus.vocabulary, (const unsigned char *)PROMPT, strlen(PROMPT),
                              "prompt", ids, &count));
    Gpt2 *model = train(&corpus, text, 2, 64, seed), *draft = train(&corpus, text, 1, 32, seed);
    show_distributions(model, &corpus.vocabulary, ids, count, path);
    show_samples(model, &corpus.vocabulary, ids, count, seed);
    show_draft(model, draft, ids, count, seed);
    show_speed(path);
    gpt2_free(model);
    gpt2_free(draft);
    corpus_free(&corpus);
    tape_free();
    gemm_free_buffers();
    return 0;
}
