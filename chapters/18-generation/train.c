/* Trains a GPT-2 for a few seconds, asks it what follows a prompt, and shows how temperature and
 * top-k change that one distribution before anything is drawn from it; then draws.
 * Columns: rank (1 is the most likely character), temperature_0.5, temperature_1, temperature_1.5,
 * top_5: the probability of the character of that rank. Run it where chapters/ is. */
#include "gpt2/gpt2.h"
#include "show/show.h"

#include <stdlib.h>
#include <string.h>

enum { STEPS = 200, RANKS = 15, LETTERS = 56, VOCABULARY = 256 };
static const char PROMPT[] = "The gradient of the l";
static const SampleSettings CASES[4] = {{0.5, 0, 0}, {1, 0, 0}, {1.5, 0, 0}, {1, 5, 0}};

static Gpt2 *train(const Corpus *corpus, const char *text, uint64_t seed)
{
    Span train_part, held_out;
    TrainResult result;
    Config config = config_default();
    config.n_layer = 2;
    config.n_embd = 64;
    config.n_positions = 32;
    config.vocab_size = (size_t)corpus->vocabulary.size;
    require(config.vocab_size <= VOCABULARY, "train: %zu characters are too many", config.vocab_size);
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
    printf("a GPT-2 trained for %d steps, held-out loss below %.1f nats a character\n", STEPS,
           ceil(result.validation * 10) / 10);
    return model;
}

/* ---- one distribution -------------------------------------------------------------------------- */
typedef struct {
    int id;
    double logit;
} Choice;

static int descending(const void *a, const void *b)
{
    double x = ((const Choice *)a)->logit, y = ((const Choice *)b)->logit;
    return (x < y) - (x > y);
}

/* The logits for what follows the prompt, the most likely first. */
static void next_choices(const Gpt2 *model, const int *ids, size_t count, Choice *choices)
{
    size_t classes = model->config.vocab_size;
    bool recording = tape_set_recording(false);
    TapeMark mark = tape_mark();
    Tensor *logits = gpt2_forward(model, ids, 1, count, NULL, 0);
    for (size_t i = 0; i < classes; i++)
        choices[i] = (Choice){(int)i, (double)logits->data[(count - 1) * classes + i]};
    qsort(choices, classes, sizeof *choices, descending);
    tape_release(mark);
    tape_set_recording(recording);
}

/* softmax(logit / temperature) over the first top_k of the sorted choices, or all when 0 */
static void probabilities(double *p, const Choice *choices, size_t classes, SampleSettings settings)
{
    double total = 0;
    for (size_t i = 0; i < classes; i++) {
        bool allowed = settings.top_k == 0 || i < settings.top_k;
        p[i] = allowed ? exp((choices[i].logit - choices[0].logit) / settings.temperature) : 0;
        total += p[i];
    }
    for (size_t i = 0; i < classes; i++)
        p[i] /= total;
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
    Choice choices[VOCABULARY];
    double p[4][VOCABULARY];
    size_t classes = model->config.vocab_size;
    next_choices(model, ids, count, choices);
    for (int i = 0; i < 4; i++)
        probabilities(p[i], choices, classes, CASES[i]);
    exit_if(tsv_create(&log, path, "rank temperature_0.5 temperature_1 temperature_1.5 top_5"));
    for (size_t i = 0; i < RANKS && i < classes; i++)
        exit_if(tsv_row(&log, 5, (double[]){(double)i + 1, p[0][i], p[1][i], p[2][i], p[3][i]}));
    exit_if(tsv_close(&log));
    printf("after \"%s\" the most likely are", PROMPT);
    for (int i = 0; i < 5; i++)
        print_choice(vocabulary, choices[i].id);
    printf("\n  the first has probability %.1f at temperature 0.5, %.1f at 1, %.1f at 1.5; %.1f among "
           "the top 5\n", p[0][0], p[1][0], p[2][0], p[3][0]);
}

/* ---- drawing ----------------------------------------------------------------------------------- */
static void print_id(int id, void *context)
{
    unsigned char bytes[4];
    int length = vocabulary_decode_id(context, id, bytes);
    if (length == 1 && bytes[0] == '\n')
        putchar(' '); /* one line a sample */
    else
        fwrite(bytes, 1, (size_t)length, stdout);
}

static void show_samples(const Gpt2 *model, Vocabulary *vocabulary, const int *ids, size_t count,
                         uint64_t seed)
{
    const char *names[5] = {"temperature 0.5", "temperature 1", "temperature 1.5", "top 5",
                            "temperature 0"};
    for (int i = 0; i < 5; i++) {
        SampleSettings settings = i < 4 ? CASES[i] : (SampleSettings){0, 0};
        Random random = random_make(seed, 3);
        printf("  %-15s  %s", names[i], PROMPT);
        gpt2_generate(model, ids, count, LETTERS, settings, &random, print_id, vocabulary);
        putchar('\n');
    }
}

int main(int argc, char **argv)
{
    const char *text = "chapters/course.txt", *path = "build/plots/18-generation.tsv";
    uint64_t seed = 18;
    const Option options[] = {{"tsv", OPTION_TEXT, &path, 0, 0, "where the distributions go"},
                              {"seed", OPTION_SEED, &seed, 0, 0, "of the training and the drawing"}};
    options_parse(argc, argv, "Shows what temperature and top-k do to a distribution.", options, 2);
    Corpus corpus;
    int ids[sizeof PROMPT];
    size_t count;
    exit_if(corpus_read(&corpus, text, NULL));
    exit_if(vocabulary_encode(&corpus.vocabulary, (const unsigned char *)PROMPT, strlen(PROMPT),
                              "prompt", ids, &count));
    Gpt2 *model = train(&corpus, text, seed);
    show_distributions(model, &corpus.vocabulary, ids, count, path);
    show_samples(model, &corpus.vocabulary, ids, count, seed);
    gpt2_free(model);
    corpus_free(&corpus);
    tape_free();
    gemm_free_buffers();
    return 0;
}
