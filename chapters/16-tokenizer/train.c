/* Byte-pair vocabularies of five sizes, each learned from the first nine tenths of the course's
 * text, and for each a small model of chapter 15, trained on its ids for as many steps of as many
 * ids. The last tenth is held out. Losses per id cannot be compared, for an id is more text where
 * there are more ids; so everything is measured in bits per byte of the held-out text.
 *
 * Columns: step, then the bits per byte by size of the vocabulary: 257_ids, 512_ids, ... Beside
 * FILE.tsv, FILE-vocabulary.tsv: vocabulary (its size), bytes_per_id (held-out text), uniform (bits
 * per byte of a blind guess), bits_per_byte (after training). Run it where chapters/ is. */
#include "../15-training/loop.h"
#include "show/show.h"

#include <string.h>

enum { SIZES = 5, STEPS = 200, EVERY = 40, POINTS = STEPS / EVERY + 1, BATCH = 8, CONTEXT = 32 };
static const size_t sizes[SIZES] = {257, 512, 1024, 2048, 4096};

typedef struct {
    const unsigned char *text;
    size_t train, size; /* bytes to train on, from the front; all */
} Parts;

typedef struct {
    double bits[POINTS]; /* bits per byte at step 0, EVERY, ... */
    double bytes_per_id, uniform;
} Outcome;

/* The first nine tenths, up to the end of a line. */
static Parts part(const MappedFile *file)
{
    size_t train = file->size / 10 * 9;
    while (train < file->size && file->bytes[train - 1] != '\n')
        train++;
    return (Parts){file->bytes, train, file->size};
}

static Stream encoded(BytePairs *pairs, const unsigned char *text, size_t size)
{
    Ids ids = {NULL, 0, 0};
    byte_pairs_encode(pairs, text, size, false, &ids);
    Stream stream = stream_make(ids.count, (int)byte_pairs_size(pairs));
    for (size_t i = 0; i < ids.count; i++)
        stream_set(&stream, i, ids.ids[i]);
    ids_free(&ids);
    return stream;
}

/* Mean nats per id to bits per byte. The first id is not predicted, so its bytes do not count. */
static double bits_per_byte(double nats, const BytePairs *pairs, const Stream *held_out,
                            size_t bytes)
{
    size_t first;
    byte_pairs_token(pairs, stream_get(held_out, 0), &first);
    return nats * (double)(held_out->count - 1) / (double)(bytes - first) / log(2.0);
}

/* Trains one model; fills the outcome's bits. */
static void train(const BytePairs *pairs, const Stream *text, const Stream *held_out, size_t bytes,
                  uint64_t seed, Outcome *outcome)
{
    Character model;
    character_make(&model, (CharacterSettings){.layers = 2, .heads = 4, .width = 32,
                                               .vocabulary = byte_pairs_size(pairs),
                                               .context = CONTEXT}, seed);
    AdamSettings adam = {.beta1 = 0.9, .beta2 = 0.99, .epsilon = 1e-8, .decay = 0.1};
    Loop loop = {.model = &model, .optimizer = adamw_make(model.list, model.n, NULL, adam),
                 .schedule = {.peak = 5e-3, .floor = 5e-4, .warmup = 20, .total = STEPS},
                 .train = {text, 0, text->count}, .batch = BATCH, .context = CONTEXT,
                 .micro_batches = 1, .clip = 1, .seed = seed};
    for (size_t point = 0; point < POINTS; point++) {
        while (loop.step < point * EVERY)
            loop_step(&loop);
        double nats = loop_evaluate(&loop, (Span){held_out, 0, held_out->count}, SIZE_MAX);
        outcome->bits[point] = bits_per_byte(nats, pairs, held_out, bytes);
    }
    adamw_free(loop.optimizer);
    character_free(&model);
}

static Outcome run(Parts parts, size_t size, uint64_t seed)
{
    BytePairs *pairs;
    Outcome outcome;
    size_t bytes = parts.size - parts.train;
    exit_if(byte_pairs_train(&pairs, parts.text, parts.train, size));
    Stream text = encoded(pairs, parts.text, parts.train);
    Stream held_out = encoded(pairs, parts.text + parts.train, bytes);
    outcome.bytes_per_id = (double)bytes / (double)held_out.count;
    outcome.uniform = bits_per_byte(log((double)byte_pairs_size(pairs)), pairs, &held_out, bytes);
    train(pairs, &text, &held_out, bytes, seed, &outcome);
    stream_free(&text);
    stream_free(&held_out);
    byte_pairs_free(pairs);
    return outcome;
}

static void write_tables(const Outcome *outcomes, const char *path)
{
    TsvLog log;
    exit_if(tsv_create(&log, path, "step 257_ids 512_ids 1024_ids 2048_ids 4096_ids"));
    for (size_t point = 0; point < POINTS; point++) {
        double row[1 + SIZES] = {(double)(point * EVERY)};
        for (int i = 0; i < SIZES; i++)
            row[1 + i] = outcomes[i].bits[point];
        exit_if(tsv_row(&log, 1 + SIZES, row));
    }
    exit_if(tsv_close(&log));
    exit_if(tsv_create_beside(&log, path, "vocabulary",
                              "vocabulary bytes_per_id uniform bits_per_byte"));
    for (int i = 0; i < SIZES; i++)
        exit_if(tsv_row(&log, 4, (double[]){(double)sizes[i], outcomes[i].bytes_per_id,
                                            outcomes[i].uniform, outcomes[i].bits[POINTS - 1]}));
    exit_if(tsv_close(&log));
}

int main(int argc, char **argv)
{
    const char *text = "chapters/course.txt", *path = "build/plots/16-tokenizer.tsv";
    uint64_t seed = 16;
    const Option options[] = {{"tsv", OPTION_TEXT, &path, 0, 0, "where the run's log goes"},
                              {"seed", OPTION_SEED, &seed, 0, 0, "of initial values and windows"}};
    options_parse(argc, argv, "Bits per byte against the size of the vocabulary.", options, 2);
    MappedFile file;
    Outcome outcomes[SIZES];
    exit_if(text_map(&file, text));
    Parts parts = part(&file);
    printf("%zu bytes to learn from, %zu held out; %d steps of %d ids for each\n", parts.train,
           parts.size - parts.train, STEPS, BATCH * CONTEXT);
    printf("  ids   bytes per id   a blind guess   after training, in bits per byte\n");
    for (int i = 0; i < SIZES; i++) {
        outcomes[i] = run(parts, sizes[i], seed);
        printf("%5zu %14.2f %15.2f   below %.1f\n", sizes[i], outcomes[i].bytes_per_id,
               outcomes[i].uniform, ceil(10 * outcomes[i].bits[POINTS - 1]) / 10);
        fflush(stdout);
    }
    write_tables(outcomes, path);
    file_unmap(&file);
    tape_free();
    gemm_free_buffers();
    return 0;
}
