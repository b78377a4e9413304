/* Trains two language models on the characters of the course text: a bigram, which sees one
 * character and guesses the next, and an n-gram, which sees four.
 *
 * The bigram is one embedding: row v of a (V,V) table holds the logits of what follows v. What it
 * can reach is known without training, by counting pairs. The n-gram (after Bengio et al. 2003) looks up
 * four rows of a (V,C) table, puts them side by side, passes them through a tanh layer and a second
 * one back to width C, and scores every character with the same table: the tied head. The last
 * tenth of the text is held out.
 *
 * Columns: step, then the loss on held-out characters, in nats per character, of bigram, ngram and
 * counted_bigram. Beside FILE.tsv:
 *   FILE-sinusoid.tsv    position, column, value: the table of sinusoidal positions
 *   FILE-similarity.tsv  distance, then the cosine of two positions so far apart, by table width */
#include "../program.h"
#include "ops/ops.h"
#include "show/show.h"
#include "text/text.h"

#include <stdlib.h>
#include <string.h>

enum { N = 4, C = 24, HIDDEN = 96, PARAMETERS = 5 };
enum { BATCH = 64, STEPS = 2000, EVERY = 50, PROBES = 2048 };

/* ---- the models ---- */
typedef struct {
    Tensor *
        p[PARAMETERS]; /* bigram: table (V,V); n-gram: table (V,C), two weights, each with a bias */
    int count;
    real rate;
} Model;

static Tensor *parameter(Shape shape, double deviation, Random *random)
{
    Tensor *t = tensor_parameter(shape);
    for (size_t i = 0; i < t->size; i++)
        t->data[i] = (real)(deviation * random_normal(random));
    return t;
}

static Model bigram_make(size_t vocabulary)
{
    return (Model){{tensor_parameter(shape2(vocabulary, vocabulary))}, 1, 25};
}

static Model ngram_make(size_t vocabulary, Random *random)
{
    return (Model){{parameter(shape2(vocabulary, C), 0.3, random),
                    parameter(shape2(N * C, HIDDEN), 1 / sqrt(N * C * 0.09), random),
                    tensor_parameter(shape1(HIDDEN)),
                    parameter(shape2(HIDDEN, C), 1 / sqrt((double)HIDDEN), random),
                    tensor_parameter(shape1(C))},
                   5,
                   (real)0.6};
}

static void model_free(Model *model)
{
    for (int i = 0; i < model->count; i++)
        tensor_free(model->p[i]);
}

/* Logits (B,V) of what follows `count` windows of N ids; count is at most PROBES. */
static Tensor *model_logits(const Model *model, const int *windows, size_t count)
{
    Tensor *const *p = model->p;
    if (model->count == 1) {
        int last[PROBES];
        for (size_t b = 0; b < count; b++)
            last[b] = windows[b * N + N - 1];
        return tensor_embedding(p[0], last, shape1(count));
    }
    Tensor *x = tensor_embedding(p[0], windows, shape2(count, N)); /* (B,N,C) */
    x = tensor_reshape(x, shape2(count, N * C));                   /* side by side */
    Tensor *h = tensor_tanh(tensor_linear(x, p[1], p[2]));         /* (B,HIDDEN) */
    return tensor_tied_head(tensor_linear(h, p[3], p[4]), p[0]);   /* (B,V) */
}

/* One step of plain gradient descent; its length falls to a tenth over the run, for near the end
 * the noise of the batches is larger than what is left to learn (chapter 14). */
static void step_down(Model *model, const int *windows, const int *targets, size_t step)
{
    real rate = model->rate * (1 - (real)0.9 * (real)step / STEPS);
    TapeMark mark = tape_mark();
    tensor_backward(tensor_softmax_cross_entropy(model_logits(model, windows, BATCH), targets));
    for (int k = 0; k < model->count; k++) {
        Tensor *t = model->p[k];
        for (size_t i = 0; i < t->size; i++)
            t->data[i] -= rate * t->grad[i];
        tensor_zero_grad(t);
    }
    tape_release(mark);
}

/* ---- held-out text ---- */
typedef struct {
    int windows[PROBES * N], targets[PROBES];
} Probe;

/* PROBES places of the span, evenly spread; places before N are not among them. */
static Probe *probe_make(Span span)
{
    Probe *probe = memory_alloc(sizeof *probe);
    for (size_t k = 0; k < PROBES; k++) {
        size_t at = span.begin + N + k * (span.end - span.begin - N) / PROBES;
        for (size_t i = 0; i < N; i++)
            probe->windows[k * N + i] = stream_get(span.stream, at - N + i);
        probe->targets[k] = stream_get(span.stream, at);
    }
    return probe;
}

static double evaluate(const Model *model, const Probe *probe)
{
    TapeMark mark = tape_mark();
    bool recording = tape_set_recording(false);
    Tensor *logits = model_logits(model, probe->windows, PROBES);
    double loss = (double)tensor_item(tensor_softmax_cross_entropy(logits, probe->targets));
    tape_set_recording(recording);
    tape_release(mark);
    return loss;
}

/* The bigram that counting gives: how often b followed a, plus one: nothing is impossible. */
static double counted_loss(Span train, size_t vocabulary, const Probe *probe)
{
    double *pairs = memory_calloc(vocabulary * vocabulary, sizeof *pairs), loss = 0;
    for (size_t at = train.begin; at + 1 < train.end; at++)
        pairs[(size_t)stream_get(train.stream, at) * vocabulary +
              (size_t)stream_get(train.stream, at + 1)]++;
    for (size_t k = 0; k < PROBES; k++) {
        const double *row = pairs + (size_t)probe->windows[k * N + N - 1] * vocabulary;
        double total = (double)vocabulary;
        for (size_t v = 0; v < vocabulary; v++)
            total += row[v];
        loss -= log((row[probe->targets[k]] + 1) / total) / PROBES;
    }
    free(pairs);
    return loss;
}

/* ---- training ---- */
typedef struct {
    Model bigram, ngram;
    Span train, held_out;
    size_t vocabulary;
} Course;

static void report(size_t vocabulary, double bigram, double ngram, double counted)
{
    printf("the next of %zu characters, %d steps; loss on held-out text, in nats per character:\n",
           vocabulary, STEPS);
    printf("  knowing nothing   %.2f, which is ln %zu\n", log((double)vocabulary), vocabulary);
    printf("  counted bigram    %.2f\n", counted);
    printf("  trained bigram    %+.1f from the counted one\n", bigram - counted);
    printf("  trained n-gram    %+.1f from it, by seeing %d characters\n", ngram - counted, N);
}

static void train(Course *course, uint64_t seed, const char *path)
{
    static int windows[BATCH * N], targets[BATCH * N], last[BATCH];
    Probe *probe = probe_make(course->held_out);
    TsvLog log;
    exit_if(tsv_create(&log, path, "step bigram ngram counted_bigram"));
    double counted = counted_loss(course->train, course->vocabulary, probe), bigram = 0, ngram = 0;
    for (size_t step = 0; step <= STEPS; step++) {
        if (step % EVERY == 0) {
            bigram = evaluate(&course->bigram, probe);
            ngram = evaluate(&course->ngram, probe);
            exit_if(tsv_row(&log, 4, (double[]){(double)step, bigram, ngram, counted}));
        }
        batch_draw(course->train, BATCH, N, seed, step, windows, targets);
        for (size_t b = 0; b < BATCH; b++)
            last[b] = targets[b * N + N - 1];
        step_down(&course->bigram, windows, last, step);
        step_down(&course->ngram, windows, last, step);
    }
    exit_if(tsv_close(&log));
    free(probe);
    report(course->vocabulary, bigram, ngram, counted);
}

/* The cosine of the rows of positions 0 and `distance`. Any two rows so far apart give the same:
 * their product is the sum over the pairs of cos(distance w_i). */
static double similarity(const real *table, size_t width, size_t distance)
{
    double product = 0;
    for (size_t c = 0; c < width; c++)
        product += (double)table[c] * (double)table[distance * width + c];
    return product / (double)(width / 2); /* each row has the length sqrt(width / 2) */
}

static void write_positions(const char *path)
{
    enum { POSITIONS = 101, WIDTHS = 3, SHOWN = 1 };
    static const size_t widths[WIDTHS] = {8, 32, 128};
    real *tables[WIDTHS];
    TapeMark mark = tape_mark();
    for (int k = 0; k < WIDTHS; k++) {
        tables[k] = tape_alloc(POSITIONS * widths[k] * sizeof(real));
        sinusoid_fill(tables[k], POSITIONS, widths[k]);
    }
    TsvLog log;
    exit_if(tsv_create_beside(&log, path, "sinusoid", "position column value"));
    for (size_t i = 0; i < POSITIONS * widths[SHOWN]; i++)
        exit_if(tsv_row(&log, 3,
                        (double[]){(double)(i / widths[SHOWN]), (double)(i % widths[SHOWN]),
                                   (double)tables[SHOWN][i]}));
    exit_if(tsv_close(&log));
    exit_if(tsv_create_beside(&log, path, "similarity", "distance width_8 width_32 width_128"));
    for (size_t d = 0; d < POSITIONS; d++) {
        double row[1 + WIDTHS] = {(double)d};
        for (int k = 0; k < WIDTHS; k++)
            row[1 + k] = similarity(tables[k], widths[k], d);
        exit_if(tsv_row(&log, 1 + WIDTHS, row));
    }
    exit_if(tsv_close(&log));
    tape_release(mark);
}

/* ---- writing ---- */
/* A draw from softmax(logits). */
static int draw(const real *logits, size_t vocabulary, Random *random)
{
    TapeMark mark = tape_mark();
    real *p = tape_alloc(vocabulary * sizeof *p);
    softmax_row(p, logits, vocabulary);
    double left = random_uniform(random);
    size_t v = 0;
    while (v + 1 < vocabulary && (left -= (double)p[v]) >= 0)
        v++;
    tape_release(mark);
    return (int)v;
}

/* What a model writes, one character after the other, after the text's first N. */
static void write_text(const Model *model, const char *name, const Corpus *corpus, size_t count,
                       uint64_t seed)
{
    int window[N];
    Random random = random_make(seed, 1);
    for (size_t i = 0; i < N; i++)
        window[i] = stream_get(&corpus->stream, i);
    printf("%s writes:\n", name);
    for (size_t written = 0; written < count; written++) {
        TapeMark mark = tape_mark();
        int id =
            draw(model_logits(model, window, 1)->data, (size_t)corpus->vocabulary.size, &random);
        tape_release(mark);
        unsigned char bytes[4];
        int length = vocabulary_decode_id(&corpus->vocabulary, id, bytes);
        fwrite(bytes, 1, (size_t)length, stdout);
        memmove(window, window + 1, (N - 1) * sizeof *window);
        window[N - 1] = id;
    }
    printf("\n");
}

int main(int argc, char **argv)
{
    const char *path = "build/plots/10-embeddings.tsv", *text = "chapters/course.txt";
    uint64_t seed = 10;
    size_t sample = 0;
    const Option options[] = {
        {"tsv", OPTION_TEXT, &path, 0, 0, "where the run's log goes"},
        {"text", OPTION_TEXT, &text, 0, 0, "the text to learn from"},
        {"sample", OPTION_SIZE, &sample, 0, 100000, "characters that each model writes at the end"},
        {"seed", OPTION_SEED, &seed, 0, 0, "of weights, batches and what is written"}};
    options_parse(argc, argv, "Trains a bigram and an n-gram language model.", options, 4);
    Corpus corpus;
    Course course;
    exit_if(corpus_read(&corpus, text, NULL));
    exit_if(corpus_split(&corpus.stream, text, N, &course.train, &course.held_out));
    if (course.held_out.end - course.held_out.begin <= N)
        exit_with("%s: expected more than %d characters in its last tenth, found %zu", text, (int)N,
                  course.held_out.end - course.held_out.begin);
    course.vocabulary = (size_t)corpus.vocabulary.size;
    Random random = random_make(seed, 0);
    course.bigram = bigram_make(course.vocabulary);
    course.ngram = ngram_make(course.vocabulary, &random);
    write_positions(path);
    train(&course, seed, path);
    if (sample > 0) {
        write_text(&course.bigram, "the bigram", &corpus, sample, seed);
        write_text(&course.ngram, "the n-gram", &corpus, sample, seed);
    }
    model_free(&course.bigram);
    model_free(&course.ngram);
    corpus_free(&corpus);
    tape_free();
    gemm_free_buffers();
    return 0;
}
