/* Trains a small GPT-2 on the course's own text with the library's own loop, in double: 2 layers, 4
 * heads, width 64, context 64. First it takes a few steps twice, once with the plain operations and
 * once with the fused ones, to see that a whole training does not tell them apart either.
 * Columns: step, loss, validation (held out; nan on steps that do not measure it), gradient_norm,
 * rate. Run it where chapters/ is. */
#include "gpt2/gpt2.h"
#include "show/show.h"

enum { STEPS = 250, COMPARED = 10 };

typedef struct {
    TsvLog *table; /* NULL: nothing is logged */
    double losses[STEPS + 1];
} Record;

static Error keep(const TrainReport *report, void *context)
{
    Record *record = context;
    record->losses[report->step] = report->loss;
    if (record->table == NULL || report->step == 0)
        return no_error();
    return tsv_row(record->table, 5, (double[]){(double)report->step, report->loss, report->validation,
                                              report->gradient_norm, report->rate});
}

static TrainSettings settings_make(Record *record, uint64_t seed)
{
    TrainSettings settings = train_settings_default();
    settings.steps = STEPS;
    settings.batch = 8;
    settings.rate = 3e-3;
    settings.floor = 3e-4;
    settings.warm_up = 20;
    settings.seed = seed;
    settings.evaluate_every = 25;
    settings.evaluate_windows = 24;
    settings.report = keep;
    settings.context = record;
    return settings;
}

static TrainResult train(Gpt2 *model, Span train_part, Span held_out,
                         const TrainSettings *settings)
{
    TrainResult result;
    exit_if(gpt2_train(model, NULL, train_part, held_out, settings, &result));
    return result;
}

/* The largest difference of the first losses of a plain and a fused run. */
static double plain_against_fused(const Config *config, Span train_part, uint64_t seed)
{
    static Record records[2];
    const Span nothing = {train_part.stream, train_part.begin, train_part.begin + 2};
    double worst = 0;
    for (int plain = 0; plain < 2; plain++) {
        Gpt2 *model = gpt2_make(config, seed);
        gpt2_set_plain(model, plain == 1);
        TrainSettings settings = settings_make(&records[plain], seed);
        settings.steps = COMPARED;
        settings.warm_up = 1;
        settings.evaluate_every = 0;
        train(model, train_part, nothing, &settings);
        gpt2_free(model);
    }
    for (int i = 1; i <= COMPARED; i++)
        worst = fmax(worst, fabs(records[0].losses[i] - records[1].losses[i]));
    return worst;
}

int main(int argc, char **argv)
{
    const char *text = "chapters/course.txt", *path = "build/plots/17-gpt2.tsv";
    uint64_t seed = 17;
    const Option options[] = {{"tsv", OPTION_TEXT, &path, 0, 0, "where the run's log goes"},
                              {"seed", OPTION_SEED, &seed, 0, 0, "of initial values and windows"}};
    options_parse(argc, argv, "Trains a small GPT-2 on chapters/course.txt.", options, 2);
    Corpus corpus;
    Span train_part, held_out;
    Config config = config_default();
    config.n_layer = 2;
    config.n_embd = 64;
    exit_if(corpus_read(&corpus, text, NULL));
    exit_if(corpus_split(&corpus.stream, text, config.n_positions, &train_part, &held_out));
    config.vocab_size = (size_t)corpus.vocabulary.size;

    double apart = plain_against_fused(&config, train_part, seed);
    static Record record;
    TsvLog table;
    exit_if(tsv_create(&table, path, "step loss validation gradient_norm rate"));
    record.table = &table;
    Gpt2 *model = gpt2_make(&config, seed);
    TrainSettings settings = settings_make(&record, seed);
    TrainResult result = train(model, train_part, held_out, &settings);
    exit_if(tsv_close(&table));

    printf("a GPT-2 of %zu parameters in %d named tensors, %zu characters\n",
           gpt2_parameter_count(&config), model->parameters.count, config.vocab_size);
    printf("  plain and fused: %d losses that differ by %s\n", COMPARED,
           apart <= 1e-12 ? "at most 1e-12" : "more than 1e-12");
    printf("  step 1: loss %.1f, as ln V = %.1f\n", record.losses[1], log((double)config.vocab_size));
    printf("  after %d steps, over the whole held-out part: below %.1f nats a character\n", STEPS,
           ceil(result.validation * 10) / 10);
    gpt2_free(model);
    corpus_free(&corpus);
    tape_free();
    gemm_free_buffers();
    return 0;
}
