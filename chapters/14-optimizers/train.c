/* Trains one model under each optimizer: the same first weights, the same batches, and each at the
 * best rate of the grid that `--search` goes through.
 *
 * The model guesses a character from the one before it: a row of a table for each character, a linear
 * layer, a softmax. The text is the course's own. Some characters are a thousand times as frequent as
 * others, and the gradient of a character's row is as small as the character is rare: a rate that the
 * common rows can bear is too low for the rare ones. Adam divides by each element's own size.
 * Embedding, layer, loss and batches come from other chapters, as tools.
 *
 * Columns: step, and under each optimizer the mean loss over the whole text, less the least that any
 * model that sees one character can have. Beside FILE.tsv it writes
 *   FILE-paths.tsv     step sgd_x sgd_y momentum_x momentum_y adam_x adam_y adamw_x adamw_y: the ways
 *                      down the valley f(x,y) = ((x-2)^2 + 20 (y-1)^2) / 2 from (-2, 2.2)
 *   FILE-schedule.tsv  step rate: a warm-up of 100 steps and a cosine to step 2000 */
#include "../program.h"
#include "nn/nn.h"
#include "optim/optim.h"
#include "show/show.h"
#include "text/text.h"

#include <stdlib.h>
#include <string.h>

enum { BATCH = 128, WIDTH = 24, STEPS = 1000, EVERY = 10, ROWS = STEPS / EVERY + 1 };
enum { WITH_SGD, WITH_MOMENTUM, WITH_ADAM, WITH_ADAMW, RULES };
static const char *const NAMES[RULES] = {"sgd", "momentum", "adam", "adamw"};
static const double RATES[RULES] = {3, 0.3, 0.01, 0.01}; /* what --search finds best */
static const double KEEP = 0.9, DECAY = 0.1, RARE = 1e-3;

/* ---- one face for the four rules ----------------------------------------------------------------- */
typedef struct {
    int rule, n;
    Tensor **parameters;
    Momentum *momentum;
    AdamW *adam;
} Optimizer;

static Optimizer optimizer_make(int rule, Tensor **parameters, int n, const bool *decays)
{
    AdamSettings settings = adam_settings();
    settings.decay = rule == WITH_ADAMW ? DECAY : 0;
    return (Optimizer){rule, n, parameters, momentum_make(parameters, n, KEEP),
                       adamw_make(parameters, n, decays, settings)};
}

static void optimizer_step(Optimizer *optimizer, double rate)
{
    switch (optimizer->rule) {
    case WITH_SGD: sgd_step(optimizer->parameters, optimizer->n, rate, 1); break;
    case WITH_MOMENTUM: momentum_step(optimizer->momentum, rate, 1); break;
    case WITH_ADAM: adam_step(optimizer->adam, rate, 1); break;
    default: adamw_step(optimizer->adam, rate, 1);
    }
}

static void optimizer_free(Optimizer *optimizer)
{
    momentum_free(optimizer->momentum);
    adamw_free(optimizer->adam);
}

/* ---- pairs of characters ------------------------------------------------------------------------- */
typedef struct {
    Corpus corpus;
    size_t vocabulary; /* V */
    double *pairs;     /* (V,V): how often each character follows each */
    double *first;     /* (V): how often each comes first in a pair */
    double total;
} Text;

static Text text_read(const char *path)
{
    Text text = {.total = 0};
    exit_if(corpus_read(&text.corpus, path, NULL));
    const Stream *stream = &text.corpus.stream;
    size_t v = text.vocabulary = (size_t)text.corpus.vocabulary.size;
    text.pairs = memory_calloc(v * v, sizeof *text.pairs);
    text.first = memory_calloc(v, sizeof *text.first);
    for (size_t i = 0; i + 1 < stream->count; i++) {
        size_t a = (size_t)stream_get(stream, i), b = (size_t)stream_get(stream, i + 1);
        text.pairs[a * v + b]++;
        text.first[a]++;
        text.total++;
    }
    return text;
}

static void text_free(Text *text)
{
    corpus_free(&text->corpus);
    free(text->pairs);
    free(text->first);
}

/* The mean of -log p over the pairs whose first character makes up less than `share` of the text;
 * row a of log_p (V,V) says what follows character a. With log_p NULL, the least possible: each p is
 * how often the second character in truth follows the first. */
static double mean_loss(const Text *text, double share, const real *log_p)
{
    double sum = 0, count = 0;
    for (size_t i = 0; i < text->vocabulary * text->vocabulary; i++) {
        double first = text->first[i / text->vocabulary], pairs = text->pairs[i];
        if (pairs == 0 || first / text->total >= share)
            continue;
        sum -= pairs * (log_p == NULL ? log(pairs / first) : (double)log_p[i]);
        count += pairs;
    }
    return sum / count;
}

/* ---- the model ----------------------------------------------------------------------------------- */
enum { TENSORS = 3 };
typedef struct {
    Parameters list;
    Embedding embedding; /* (V,C) */
    Linear head;         /* (C,V) and (V) */
    Tensor *tensors[TENSORS];
} Model;

static void model_make(Model *model, size_t vocabulary, uint64_t seed)
{
    Random random = random_make(seed, 0);
    model->list = (Parameters){0};
    model->embedding = embedding_make(&model->list, "embedding", vocabulary, WIDTH, &random);
    model->head = linear_make(&model->list, "head", WIDTH, vocabulary, true, &random);
    for (int i = 0; i < TENSORS; i++)
        model->tensors[i] = model->list.items[i].tensor;
}

static Tensor *model_logits(const Model *model, const int *ids, size_t n)
{
    return linear_forward(&model->head, embedding_forward(&model->embedding, ids, shape1(n)));
}

/* How far the model is from the least loss over the pairs that mean_loss takes. */
static double excess_loss(const Model *model, const Text *text, double share)
{
    bool recording = tape_set_recording(false);
    TapeMark mark = tape_mark();
    int *ids = tape_alloc(text->vocabulary * sizeof *ids);
    for (size_t i = 0; i < text->vocabulary; i++)
        ids[i] = (int)i;
    Tensor *log_p = tensor_log_softmax(model_logits(model, ids, text->vocabulary)); /* (V,V) */
    double loss = mean_loss(text, share, log_p->data);
    tape_release(mark);
    tape_set_recording(recording);
    return loss - mean_loss(text, share, NULL);
}

/* The gradients of batch `step`, which is the same for every optimizer. */
static void batch_gradients(Model *model, const Text *text, uint64_t seed, int step)
{
    int ids[BATCH], next[BATCH];
    Span all = {&text->corpus.stream, 0, text->corpus.stream.count};
    batch_draw(all, BATCH, 1, seed, (uint64_t)step, ids, next);
    TapeMark mark = tape_mark();
    Tensor *loss = tensor_softmax_cross_entropy(model_logits(model, ids, BATCH), next);
    gradients_zero(model->tensors, TENSORS);
    tensor_backward(loss);
    tape_release(mark);
}

typedef struct {
    double losses[ROWS]; /* one for each EVERY steps */
    double rare;         /* at the end, after rare characters alone */
    double weights;      /* the length of all weights as one vector */
} Result;

static double length_of(const Model *model)
{
    double sum = 0;
    for (int i = 0; i < TENSORS; i++)
        for (size_t j = 0; j < model->tensors[i]->size; j++)
            sum += (double)model->tensors[i]->data[j] * (double)model->tensors[i]->data[j];
    return sqrt(sum);
}

static void train(int rule, double rate, const Text *text, uint64_t seed, Result *result)
{
    Model model;
    model_make(&model, text->vocabulary, seed);
    Optimizer optimizer = optimizer_make(rule, model.tensors, TENSORS, NULL);
    for (int step = 0; step <= STEPS; step++) {
        if (step % EVERY == 0)
            result->losses[step / EVERY] = excess_loss(&model, text, HUGE_VAL);
        if (step == STEPS)
            break;
        batch_gradients(&model, text, seed, step);
        optimizer_step(&optimizer, rate);
    }
    result->rare = excess_loss(&model, text, RARE);
    result->weights = length_of(&model);
    optimizer_free(&optimizer);
    parameters_free(&model.list);
}

/* ---- what is reported ---------------------------------------------------------------------------- */
static void train_each(const Text *text, uint64_t seed, const char *path)
{
    Result results[RULES];
    TsvLog log;
    exit_if(tsv_create(&log, path, "step sgd momentum adam adamw"));
    printf("one character from the one before it: %zu characters, %zu distinct, %d steps of %d pairs\n",
           text->corpus.stream.count, text->vocabulary, STEPS, BATCH);
    printf("the least possible loss is %.4f; what is missing to it, over all and after rare characters\n",
           mean_loss(text, HUGE_VAL, NULL));
    printf("  %-9s %6s  %8s  %8s  %9s\n", "rule", "rate", "all", "rare", "|weights|");
    for (int rule = 0; rule < RULES; rule++) {
        Result *r = &results[rule];
        train(rule, RATES[rule], text, seed, r);
        printf("  %-9s %6g  %8.3f  %8.3f  %9.1f\n", NAMES[rule], RATES[rule], r->losses[ROWS - 1],
               r->rare, r->weights);
    }
    for (int row = 0; row < ROWS; row++) {
        double numbers[1 + RULES] = {row * EVERY};
        for (int rule = 0; rule < RULES; rule++)
            numbers[1 + rule] = results[rule].losses[row];
        exit_if(tsv_row(&log, 1 + RULES, numbers));
    }
    exit_if(tsv_close(&log));
}

static void search(const Text *text, uint64_t seed)
{
    enum { TRIED = 9 };
    static const double grid[TRIED] = {30, 10, 3, 1, 0.3, 0.1, 0.03, 0.01, 0.003};
    printf("what is missing to the least possible loss after %d steps, by rate\n  %-9s", STEPS, "");
    for (int i = 0; i < TRIED; i++)
        printf(" %7g", grid[i]);
    for (int rule = 0; rule < RULES; rule++) {
        printf("\n  %-9s", NAMES[rule]);
        for (int i = 0; i < TRIED; i++) {
            Result result;
            train(rule, grid[i], text, seed, &result);
            double missing = result.losses[ROWS - 1];
            if (missing < 100)
                printf(" %7.3f", missing);
            else /* NaN too */
                printf(" %7s", "-");
        }
    }
    printf("\n");
}

/* A step down the valley, whose gradient is (x - 2, 20 (y - 1)). */
static void valley_step(Optimizer *optimizer, Tensor *at, double rate)
{
    at->grad[0] = at->data[0] - 2;
    at->grad[1] = 20 * (at->data[1] - 1);
    at->has_grad = true;
    optimizer_step(optimizer, rate);
}

static void write_paths(const char *path)
{
    static const double rates[RULES] = {0.09, 0.02, 0.2, 0.2};
    const bool decays = true; /* a lone vector, decayed all the same to show the pull towards zero */
    Tensor *at[RULES];
    Optimizer optimizers[RULES];
    TsvLog log;
    exit_if(tsv_create_beside(&log, path, "paths",
                 "step sgd_x sgd_y momentum_x momentum_y adam_x adam_y adamw_x adamw_y"));
    for (int rule = 0; rule < RULES; rule++) {
        at[rule] = tensor_parameter(shape1(2));
        at[rule]->data[0] = -2;
        at[rule]->data[1] = (real)2.2;
        optimizers[rule] = optimizer_make(rule, &at[rule], 1, &decays);
    }
    for (int step = 0; step <= 80; step++) {
        double row[1 + 2 * RULES] = {step};
        for (int rule = 0; rule < RULES; rule++) {
            row[1 + 2 * rule] = (double)at[rule]->data[0];
            row[2 + 2 * rule] = (double)at[rule]->data[1];
            valley_step(&optimizers[rule], at[rule], rates[rule]);
        }
        exit_if(tsv_row(&log, 1 + 2 * RULES, row));
    }
    for (int rule = 0; rule < RULES; rule++) {
        optimizer_free(&optimizers[rule]);
        tensor_free(at[rule]);
    }
    exit_if(tsv_close(&log));
}

static void write_schedule(const char *path)
{
    const Schedule schedule = {.peak = 1e-3, .floor = 1e-4, .warmup = 100, .total = 2000};
    TsvLog log;
    exit_if(tsv_create_beside(&log, path, "schedule", "step rate"));
    for (long step = 0; step <= 2200; step += 10)
        exit_if(tsv_row(&log, 2, (double[]){(double)step, schedule_rate(&schedule, step)}));
    exit_if(tsv_close(&log));
}

int main(int argc, char **argv)
{
    const char *path = "build/plots/14-optimizers.tsv";
    uint64_t seed = 14;
    bool searching = false;
    const Option options[] = {{"tsv", OPTION_TEXT, &path, 0, 0, "where the run's log goes"},
                              {"seed", OPTION_SEED, &seed, 0, 0, "of first weights and batches"},
                              {"search", OPTION_FLAG, &searching, 0, 0,
                               "try nine rates for each optimizer and write no log"}};
    options_parse(argc, argv, "Trains one model under four optimizers and compares them.", options, 3);
    Text text = text_read("chapters/course.txt");
    if (searching)
        search(&text, seed);
    else {
        train_each(&text, seed, path);
        write_paths(path);
        write_schedule(path);
    }
    text_free(&text);
    tape_free();
    gemm_free_buffers();
    return 0;
}
