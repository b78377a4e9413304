/* One text, two ways to cut it into ids: characters and byte pairs. A model on each is trained for
 * as many steps and judged on the same held-out bytes while it trains. Per id the two cannot be
 * compared, for an id is not the same thing to both; per byte they can.
 * Columns: step, and for characters and for pairs the held-out loss in nats per id, its perplexity
 * and its bits per byte; over 40 windows while training, over everything at the end. Run it where
 * chapters/ is. */
#include "gpt2/gpt2.h"
#include "show/show.h"

#include <stdlib.h>

enum { STEPS = 300, EVERY = 20, ROWS = STEPS / EVERY + 1, WINDOWS = 40, PAIRS = 512 };
enum { CHARACTERS, BYTE_PAIRS, SIDES };

typedef struct {
    Tokenizer tokenizer;
    Stream train, held_out;
    Span held_out_span;
    Gpt2 *model;
    size_t bytes;        /* of the held-out ids but the first */
    double losses[ROWS]; /* held out, nats per id, every EVERY steps */
} Side;

/* ---- the text, cut in two ways --------------------------------------------------------------- */
static Stream encode(Tokenizer *tokenizer, const unsigned char *text, size_t size)
{
    Ids ids = {0};
    exit_if(tokenizer_encode(tokenizer, text, size, "chapters/course.txt", false, &ids));
    Stream stream = stream_make(ids.count, (int)tokenizer_size(tokenizer));
    for (size_t i = 0; i < ids.count; i++)
        stream_set(&stream, i, ids.ids[i]);
    ids_free(&ids);
    return stream;
}

/* The text's first nine tenths to train on, the rest held out; the tokenizer is there. */
static void side_encode(Side *side, const MappedFile *file)
{
    size_t cut = file->size / 10 * 9, first;
    unsigned char room[4];
    while (cut < file->size && file->bytes[cut - 1] != '\n')
        cut++; /* where a line ends, no character and no word is cut */
    side->train = encode(&side->tokenizer, file->bytes, cut);
    side->held_out = encode(&side->tokenizer, file->bytes + cut, file->size - cut);
    side->held_out_span = (Span){&side->held_out, 0, side->held_out.count};
    tokenizer_token(&side->tokenizer, stream_get(&side->held_out, 0), room, &first);
    side->bytes = file->size - cut - first;
}

static void sides_read(Side *sides, const char *path)
{
    MappedFile file;
    exit_if(text_map(&file, path));
    sides[CHARACTERS].tokenizer.characters = vocabulary_make(file.bytes, file.size);
    exit_if(byte_pairs_train(&sides[BYTE_PAIRS].tokenizer.pairs, file.bytes, file.size, PAIRS));
    for (int i = 0; i < SIDES; i++)
        side_encode(&sides[i], &file);
    file_unmap(&file);
}

/* ---- training -------------------------------------------------------------------------------- */
static Error keep(const TrainReport *report, void *context)
{
    Side *side = context;
    if (report->step > 0 && report->step % EVERY == 0)
        side->losses[report->step / EVERY] = report->validation;
    return no_error();
}

static void side_train(Side *side, uint64_t seed)
{
    TrainResult result;
    Config config = config_default();
    config.n_layer = 2;
    config.n_embd = 64;
    config.vocab_size = tokenizer_size(&side->tokenizer);
    TrainSettings settings = train_settings_default();
    settings.steps = STEPS;
    settings.batch = 8;
    settings.rate = 3e-3;
    settings.floor = 3e-4;
    settings.warm_up = 20;
    settings.evaluate_every = EVERY;
    settings.evaluate_windows = WINDOWS;
    settings.seed = seed;
    settings.report = keep;
    settings.context = side;
    side->model = gpt2_make(&config, seed);
    side->losses[0] = gpt2_evaluate(side->model, side->held_out_span, config.n_positions,
                                    settings.batch, WINDOWS);
    exit_if(gpt2_train(side->model, NULL, (Span){&side->train, 0, side->train.count},
                       side->held_out_span, &settings, &result));
    side->losses[ROWS - 1] = result.validation;
}

/* ---- what is logged -------------------------------------------------------------------------- */
/* loss, perplexity and bits per byte of one measurement, into figures[0..3). */
static void figures_of(const Side *side, int row, double *figures)
{
    size_t scored = side->held_out.count - 1;
    double nats = side->losses[row] * (double)scored;
    figures[0] = side->losses[row];
    figures[1] = perplexity_of(nats, scored);
    figures[2] = bits_per_byte(nats, side->bytes);
}

static void log_training(const Side *sides, const char *path)
{
    TsvLog table;
    exit_if(tsv_create(&table, path, "step loss_characters perplexity_characters bits_characters "
                       "loss_pairs perplexity_pairs bits_pairs"));
    for (int row = 0; row < ROWS; row++) {
        double values[7] = {row * EVERY};
        figures_of(&sides[CHARACTERS], row, values + 1);
        figures_of(&sides[BYTE_PAIRS], row, values + 4);
        exit_if(tsv_row(&table, 7, values));
    }
    exit_if(tsv_close(&table));
}

static void print_side(const Side *side, const char *name)
{
    double first[3], last[3];
    figures_of(side, 0, first);
    figures_of(side, ROWS - 1, last);
    printf("%-10s  V %3zu, perplexity per id from %.0f to below %.0f, bits per byte from %.1f to "
           "below %.1f\n", name, tokenizer_size(&side->tokenizer), first[1], ceil(last[1]),
           first[2], ceil(last[2] * 10) / 10);
}

int main(int argc, char **argv)
{
    const char *text = "chapters/course.txt", *path = "build/plots/19-evaluation.tsv";
    uint64_t seed = 19;
    const Option options[] = {{"tsv", OPTION_TEXT, &path, 0, 0, "where the run's log goes"},
                              {"seed", OPTION_SEED, &seed, 0, 0, "of initial values and windows"}};
    options_parse(argc, argv, "Trains one GPT-2 on characters, one on byte pairs, and judges both.",
                  options, 2);
    static Side sides[SIDES];
    sides_read(sides, text);
    for (int i = 0; i < SIDES; i++)
        side_train(&sides[i], seed);
    log_training(sides, path);
    print_side(&sides[CHARACTERS], "characters");
    print_side(&sides[BYTE_PAIRS], "byte pairs");
    for (int i = 0; i < SIDES; i++) {
        gpt2_free(sides[i].model);
        stream_free(&sides[i].train);
        stream_free(&sides[i].held_out);
        tokenizer_free(&sides[i].tokenizer);
    }
    tape_free();
    gemm_free_buffers();
    return 0;
}
