/* Trains attention, and nothing but attention, to look things up, with the scale 1/sqrt(D) and
 * without.
 *
 * A memory holds sixteen pairs of a letter and a digit, in any order, with all letters different;
 * then come four letters, and for each the digit that stood beside it is asked for. A pair is the
 * sum of its letter's and its digit's embedding. Queries come from the letters asked for, keys and
 * values from the pairs: cross-attention, T = 4 queries over S = 16 keys. Nothing else connects a
 * question with its answer, so a model that answers has learned where to look.
 *
 * The second model's scores are multiplied by sqrt(D), which undoes the scale; all else is the
 * same, the first weights too. Entropy says how many keys a query looks at: ln 16 = 2.77 nats for
 * all alike, 0 for one.
 *
 * Columns: step, then scaled and unscaled (cross-entropy in nats), scaled_entropy, unscaled_entropy
 * and scaled_wrong, unscaled_wrong (per cent of the answers), each the mean of five steps. Beside
 * FILE.tsv, where the first model looks in one memory when each letter is asked for in its order:
 *   FILE-map.tsv   query, key, then the key's weight before and after training */
#include "../program.h"
#include "ops/ops.h"
#include "show/show.h"

#include <string.h>

enum { B = 32, T = 4, S = 16, LETTERS = 26, DIGITS = 10, C = 64, EVERY = 5 };
static const real RATE = (real)0.05;

/* ---- the task ---- */
typedef struct {
    int letter[B * S], digit[B * S]; /* the pairs */
    int asked[B * T], answer[B * T];
} Batch;

static void batch_make(Batch *batch, Random *random)
{
    for (size_t b = 0; b < B; b++) {
        int letters[LETTERS];
        for (int i = 0; i < LETTERS; i++)
            letters[i] = i;
        for (size_t s = 0; s < S; s++) { /* the first S of a shuffle */
            size_t other = s + (size_t)random_below(random, LETTERS - s);
            int letter = letters[other];
            letters[other] = letters[s];
            letters[s] = letter;
            batch->letter[b * S + s] = letter;
            batch->digit[b * S + s] = (int)random_below(random, DIGITS);
        }
        for (size_t t = 0; t < T; t++) {
            size_t place = (size_t)random_below(random, S);
            batch->asked[b * T + t] = batch->letter[b * S + place];
            batch->answer[b * T + t] = batch->digit[b * S + place];
        }
    }
}

/* ---- the model ---- */
enum { LETTER_TABLE, DIGIT_TABLE, QUERY, KEY, VALUE, OUTPUT, PARAMETERS };
typedef struct {
    Tensor *p[PARAMETERS];
    bool scaled;
} Model;

static Model model_make(uint64_t seed, bool scaled)
{
    const Shape shapes[PARAMETERS] = {shape2(LETTERS, C), shape2(DIGITS, C), shape2(C, C),
                                      shape2(C, C),       shape2(C, C),      shape2(C, DIGITS)};
    Model model = {.scaled = scaled};
    Random random = random_make(seed, 0);
    for (int k = 0; k < PARAMETERS; k++) {
        double deviation = k < QUERY ? 1 : 1 / sqrt((double)C);
        model.p[k] = tensor_parameter(shapes[k]);
        for (size_t i = 0; i < model.p[k]->size; i++)
            model.p[k]->data[i] = (real)(deviation * random_normal(&random));
    }
    return model;
}

static void model_free(Model *model)
{
    for (int k = 0; k < PARAMETERS; k++)
        tensor_free(model->p[k]);
}

/* Logits (B T,DIGITS) of the answers; *looked is where each query looked, (B,T,S). */
static Tensor *model_logits(const Model *model, const Batch *batch, Tensor **looked)
{
    Tensor *const *p = model->p;
    Tensor *pairs = tensor_add(tensor_embedding(p[LETTER_TABLE], batch->letter, shape2(B, S)),
                               tensor_embedding(p[DIGIT_TABLE], batch->digit, shape2(B, S)));
    Tensor *asked = tensor_embedding(p[LETTER_TABLE], batch->asked, shape2(B, T)); /* (B,T,C) */
    Tensor *scores = tensor_scores(tensor_linear(asked, p[QUERY], NULL),
                                   tensor_linear(pairs, p[KEY], NULL)); /* (B,T,S) */
    if (!model->scaled)
        scores = tensor_scale(scores, sqrt((real)C));
    *looked = tensor_softmax(scores);
    Tensor *mixed = tensor_mix(*looked, tensor_linear(pairs, p[VALUE], NULL)); /* (B,T,C) */
    return tensor_linear(tensor_reshape(mixed, shape2(B * T, C)), p[OUTPUT], NULL);
}

/* ---- training ---- */
enum { LOSS, ENTROPY, WRONG, SCORES };

static int best_of(const real *logits)
{
    int best = 0;
    for (int d = 1; d < DIGITS; d++)
        best = logits[d] > logits[best] ? d : best;
    return best;
}

/* Adds to the scores: the loss, the mean entropy of the queries, the wrong answers in per cent. */
static void score_add(double *score, const Tensor *loss, const Tensor *logits, const Tensor *looked,
                      const Batch *batch)
{
    score[LOSS] += (double)tensor_item(loss);
    for (size_t i = 0; i < looked->size; i++)
        if (looked->data[i] > 0)
            score[ENTROPY] -= (double)(looked->data[i] * log(looked->data[i])) / (B * T);
    for (size_t n = 0; n < B * T; n++)
        if (best_of(logits->data + n * DIGITS) != batch->answer[n])
            score[WRONG] += 100.0 / (B * T);
}

/* One step on a batch that the model has not seen; the scores are from before it. */
static void step_down(Model *model, const Batch *batch, double *score)
{
    Tensor *looked;
    TapeMark mark = tape_mark();
    Tensor *logits = model_logits(model, batch, &looked);
    Tensor *loss = tensor_softmax_cross_entropy(logits, batch->answer);
    score_add(score, loss, logits, looked, batch);
    tensor_backward(loss);
    for (int k = 0; k < PARAMETERS; k++) {
        Tensor *t = model->p[k];
        for (size_t i = 0; i < t->size; i++)
            t->data[i] -= RATE * t->grad[i];
        tensor_zero_grad(t);
    }
    tape_release(mark);
}

/* One row of the table: the means of both models' next EVERY steps. */
static void train_row(Model models[2], Random *random, size_t step, double *row)
{
    static Batch batch;
    double score[2][SCORES] = {{0}};
    for (int i = 0; i < EVERY; i++) {
        batch_make(&batch, random);
        for (int m = 0; m < 2; m++)
            step_down(&models[m], &batch, score[m]);
    }
    row[0] = (double)step;
    for (int k = 0; k < SCORES; k++)
        for (int m = 0; m < 2; m++)
            row[1 + 2 * k + m] = score[m][k] / EVERY;
}

static void train(Model models[2], Random *random, size_t steps, const char *path)
{
    double first[1 + 2 * SCORES] = {0}, row[1 + 2 * SCORES] = {0};
    TsvLog log;
    exit_if(tsv_create(&log, path,
                       "step scaled unscaled scaled_entropy unscaled_entropy scaled_wrong "
                       "unscaled_wrong"));
    for (size_t step = 0; step < steps; step += EVERY) {
        train_row(models, random, step, row);
        exit_if(tsv_row(&log, 1 + 2 * SCORES, row));
        if (step == 0)
            memcpy(first, row, sizeof first);
    }
    exit_if(tsv_close(&log));
    printf("a digit looked up among %d pairs, %zu steps; guessing is a loss of ln 10 = 2.30\n", S,
           steps);
    for (int m = 0; m < 2; m++)
        printf("  %-9s loss %s; entropy of its attention %.1f nats at first, %.1f at last\n",
               m == 0 ? "scaled:" : "unscaled:", row[1 + m] < 0.1 ? "below 0.1" : "above 0.1",
               first[1 + 2 * ENTROPY + m], row[1 + 2 * ENTROPY + m]);
}

/* ---- where it looks ---- */
/* The weights (S,S) of one memory's pairs when their letters are asked for in their order: the
 * first S/T sequences of a batch hold the same memory and ask for T letters each. */
static void map_fill(const Model *model, Batch *batch, real *map)
{
    for (size_t i = 0; i < S; i++) {
        for (size_t s = 0; s < S; s++) {
            batch->letter[i / T * S + s] = batch->letter[s];
            batch->digit[i / T * S + s] = batch->digit[s];
        }
        batch->asked[i] = batch->letter[i];
        batch->answer[i] = batch->digit[i];
    }
    Tensor *looked;
    TapeMark mark = tape_mark();
    model_logits(model, batch, &looked); /* query i is query i % T of sequence i / T */
    memcpy(map, looked->data, S * S * sizeof *map);
    tape_release(mark);
}

static void write_map(const char *path, const real *before, const real *after)
{
    TsvLog log;
    double right = 0;
    exit_if(tsv_create_beside(&log, path, "map", "query key before after"));
    for (size_t i = 0; i < S * S; i++) {
        exit_if(tsv_row(
            &log, 4,
            (double[]){(double)(i / S), (double)(i % S), (double)before[i], (double)after[i]}));
        if (i / S == i % S)
            right += (double)after[i] / S;
    }
    exit_if(tsv_close(&log));
    printf("the scaled model gives the pair with the answer %s of its attention\n",
           right > 0.5 ? "more than half" : "less than half");
}

int main(int argc, char **argv)
{
    static Batch shown;
    static real before[S * S], after[S * S];
    const char *path = "build/plots/12-attention.tsv";
    uint64_t seed = 12;
    size_t steps = 200;
    const Option options[] = {{"tsv", OPTION_TEXT, &path, 0, 0, "where the run's log goes"},
                              {"steps", OPTION_SIZE, &steps, 5, 100000, "of training"},
                              {"seed", OPTION_SEED, &seed, 0, 0, "of weights and questions"}};
    options_parse(argc, argv, "Trains attention alone to look things up.", options, 3);
    Random questions = random_make(seed, 1), others = random_make(seed, 2);
    Model models[2] = {model_make(seed, true), model_make(seed, false)};
    batch_make(&shown, &others);
    map_fill(&models[0], &shown, before);
    train(models, &questions, steps, path);
    map_fill(&models[0], &shown, after);
    write_map(path, before, after);
    model_free(&models[0]);
    model_free(&models[1]);
    tape_free();
    gemm_free_buffers();
    return 0;
}
