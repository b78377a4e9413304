/* Teaches an encoder-decoder to reverse eight digits. The encoder is one unmasked block; the decoder
 * attends to what it has written so far, then to the encoder's output, then thinks in a feed-forward
 * network. Each step sees fresh random digits, so there is nothing to learn by heart.
 * Columns: step, loss (nats a digit), accuracy (the share of digits whose most likely guess is right,
 * given the right digits before). */
#include "nn/nn.h"
#include "optim/optim.h"
#include "show/show.h"

#include <string.h>

enum { DIGITS = 10, START = 10, IDS = 11, LENGTH = 8, WIDTH = 32, HEADS = 4 };
enum { STEPS = 200, BATCH = 32, TESTS = 200 };

typedef struct {
    Parameters parameters;
    Embedding tokens, read_places, write_places;
    Block encoder;
    LayerNorm memory_norm, norm[3], last;
    Attention self, cross;
    FeedForward mlp;
    Linear head;
    Tensor *list[64];
    int n;
} Reverser;

static void reverser_make(Reverser *model, uint64_t seed)
{
    const real epsilon = (real)1e-5;
    const BlockSettings block = {.width = WIDTH, .heads = HEADS, .epsilon = epsilon, .bias = true};
    Random random = random_make(seed, 0);
    *model = (Reverser){.n = 0};
    Parameters *list = &model->parameters;
    model->tokens = embedding_make(list, "tokens", IDS, WIDTH, &random);
    model->read_places = embedding_make(list, "read_places", LENGTH, WIDTH, &random);
    model->write_places = embedding_make(list, "write_places", LENGTH, WIDTH, &random);
    model->encoder = block_make(list, "encoder", block, &random);
    model->memory_norm = layer_norm_make(list, "memory_norm", WIDTH, epsilon);
    model->norm[0] = layer_norm_make(list, "ln_1", WIDTH, epsilon);
    model->self = attention_make(list, "self", WIDTH, HEADS, true, &random);
    model->norm[1] = layer_norm_make(list, "ln_2", WIDTH, epsilon);
    model->cross = attention_make(list, "cross", WIDTH, HEADS, true, &random);
    model->norm[2] = layer_norm_make(list, "ln_3", WIDTH, epsilon);
    model->mlp = feed_forward_make(list, "mlp", WIDTH, 4 * WIDTH, false, true, &random);
    model->last = layer_norm_make(list, "last", WIDTH, epsilon);
    model->head = linear_make(list, "head", WIDTH, DIGITS, true, &random);
    require(list->count <= 64, "reverser_make: %d parameters are too many", list->count);
    for (; model->n < list->count; model->n++)
        model->list[model->n] = list->items[model->n].tensor;
}

/* ids (B,T) to token + place (B,T,C) */
static Tensor *embed(const Reverser *model, const Embedding *places, const int *ids, size_t b,
                     size_t t)
{
    int numbers[LENGTH];
    for (size_t i = 0; i < t; i++)
        numbers[i] = (int)i;
    return tensor_add(embedding_forward(&model->tokens, ids, shape2(b, t)),
                      embedding_forward(places, numbers, shape1(t)));
}

static Tensor *encode(const Reverser *model, const int *ids, size_t b)
{
    Tensor *x = embed(model, &model->read_places, ids, b, LENGTH);
    x = block_forward_masked(&model->encoder, x, NULL, 0);
    return layer_norm_forward(&model->memory_norm, x);
}

/* What has been written, `ids` (B,T), and the memory (B,8,C) to logits (B,T,10) */
static Tensor *decode(const Reverser *model, const int *ids, Tensor *memory, size_t b, size_t t)
{
    Tensor *x = embed(model, &model->write_places, ids, b, t);
    x = tensor_add(x, attention_forward(&model->self, layer_norm_forward(&model->norm[0], x)));
    x = tensor_add(x, attention_over(&model->cross, layer_norm_forward(&model->norm[1], x), memory,
                                     NULL, 0));
    x = tensor_add(x, feed_forward(&model->mlp, layer_norm_forward(&model->norm[2], x)));
    return linear_forward(&model->head, layer_norm_forward(&model->last, x));
}

/* Digits to read, the same reversed as targets, and what the decoder sees: the targets one later,
 * behind a start sign. */
typedef struct {
    int read[BATCH * LENGTH], seen[BATCH * LENGTH], targets[BATCH * LENGTH];
} Digits;

static void digits_draw(Digits *digits, Random *random)
{
    for (size_t b = 0; b < BATCH; b++) {
        int *read = digits->read + b * LENGTH, *targets = digits->targets + b * LENGTH;
        for (size_t t = 0; t < LENGTH; t++)
            read[t] = (int)random_below(random, DIGITS);
        for (size_t t = 0; t < LENGTH; t++)
            targets[t] = read[LENGTH - 1 - t];
        digits->seen[b * LENGTH] = START;
        memcpy(digits->seen + b * LENGTH + 1, targets, (LENGTH - 1) * sizeof *targets);
    }
}

static int most_likely(const real *logits)
{
    int best = 0;
    for (int i = 1; i < DIGITS; i++)
        best = logits[i] > logits[best] ? i : best;
    return best;
}

static double share_right(const Tensor *logits, const int *targets)
{
    int right = 0;
    for (size_t i = 0; i < BATCH * LENGTH; i++)
        right += most_likely(logits->data + i * DIGITS) == targets[i];
    return (double)right / (BATCH * LENGTH);
}

static void train(Reverser *model, uint64_t seed, const char *path)
{
    TsvLog log;
    Digits digits;
    Random random = random_make(seed, 1);
    AdamSettings settings = {.beta1 = 0.9, .beta2 = 0.99, .epsilon = 1e-8, .decay = 0.01};
    const Schedule schedule = {.peak = 5e-3, .floor = 5e-4, .warmup = 20, .total = STEPS};
    AdamW *optimizer = adamw_make(model->list, model->n, NULL, settings);
    exit_if(tsv_create(&log, path, "step loss accuracy"));
    for (int step = 0; step < STEPS; step++) {
        TapeMark mark = tape_mark();
        digits_draw(&digits, &random);
        Tensor *memory = encode(model, digits.read, BATCH);
        Tensor *logits = decode(model, digits.seen, memory, BATCH, LENGTH);
        Tensor *loss = tensor_softmax_cross_entropy(logits, digits.targets);
        gradients_zero(model->list, model->n);
        tensor_backward(loss);
        double norm = gradients_norm(model->list, model->n);
        adamw_step(optimizer, schedule_rate(&schedule, step), clip_scale(norm, 1));
        exit_if(tsv_row(&log, 3, (double[]){step + 1, (double)tensor_item(loss),
                                            share_right(logits, digits.targets)}));
        tape_release(mark);
    }
    exit_if(tsv_close(&log));
    adamw_free(optimizer);
}

/* Reads eight digits and writes eight, each the most likely after those that it wrote itself. */
static void write_reversed(const Reverser *model, const int *read, int *written)
{
    int seen[LENGTH + 1] = {START};
    TapeMark mark = tape_mark();
    Tensor *memory = encode(model, read, 1);
    for (size_t t = 0; t < LENGTH; t++) {
        Tensor *logits = decode(model, seen, memory, 1, t + 1);
        seen[t + 1] = most_likely(logits->data + t * DIGITS);
    }
    memcpy(written, seen + 1, LENGTH * sizeof *written);
    tape_release(mark);
}

/* How many of `TESTS` new sequences come out reversed without a mistake. */
static int count_reversed(const Reverser *model, uint64_t seed)
{
    int right = 0;
    Digits digits;
    Random random = random_make(seed, 2);
    bool recording = tape_set_recording(false);
    for (int i = 0; i < TESTS; i++) {
        int written[LENGTH];
        if (i % BATCH == 0)
            digits_draw(&digits, &random);
        write_reversed(model, digits.read + i % BATCH * LENGTH, written);
        right += memcmp(written, digits.targets + i % BATCH * LENGTH, sizeof written) == 0;
    }
    tape_set_recording(recording);
    return right;
}

int main(int argc, char **argv)
{
    const char *path = "build/plots/13-transformer.tsv";
    uint64_t seed = 13;
    const Option options[] = {{"tsv", OPTION_TEXT, &path, 0, 0, "where the run's log goes"},
                              {"seed", OPTION_SEED, &seed, 0, 0, "of initial values and digits"}};
    options_parse(argc, argv, "Teaches an encoder-decoder to reverse eight digits.", options, 2);
    Reverser model;
    reverser_make(&model, seed);
    printf("an encoder-decoder of %zu parameters learns to reverse %d digits\n",
           parameters_elements(&model.parameters), LENGTH);
    int before = count_reversed(&model, seed);
    train(&model, seed, path);
    printf("  of %d new sequences, reversed without a mistake: %d before, %d after %d steps\n", TESTS,
           before, count_reversed(&model, seed), STEPS);
    parameters_free(&model.parameters);
    tape_free();
    gemm_free_buffers();
    return 0;
}
