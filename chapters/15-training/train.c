/* Trains a character model on the course's own text: two blocks of chapter 13, width 64, 32
 * characters of context. A step sees 16 windows in two micro-batches; AdamW, clipping at 1, warm-up
 * and cosine. The last tenth of the text is held out and measured now and then.
 * Columns: step, loss (mean over the step's windows), validation (held out; nan on steps that do not
 * measure it), gradient_norm (before clipping), rate. Run it where chapters/ is. */
#include "loop.h"
#include "show/show.h"

enum { STEPS = 300, EVALUATE_EVERY = 25, EVALUATE_WINDOWS = 64, CONTEXT = 32 };

typedef struct {
    double first, held_out; /* the loss of step 1; over the whole held-out part at the end */
    size_t clipped;         /* steps whose gradient was longer than allowed */
} Summary;

static Summary train(Loop *loop, Span held_out, const char *path)
{
    TsvLog log;
    Summary summary = {.clipped = 0};
    exit_if(tsv_create(&log, path, "step loss validation gradient_norm rate"));
    while (loop->step < STEPS) {
        LoopReport report = loop_step(loop);
        bool measures = loop->step == 1 || loop->step % EVALUATE_EVERY == 0;
        double validation = measures ? loop_evaluate(loop, held_out, EVALUATE_WINDOWS) : nan("");
        exit_if(tsv_row(&log, 5, (double[]){(double)loop->step, report.loss, validation,
                                            report.gradient_norm, report.rate}));
        summary.first = loop->step == 1 ? report.loss : summary.first;
        summary.clipped += report.gradient_norm > loop->clip;
    }
    exit_if(tsv_close(&log));
    summary.held_out = loop_evaluate(loop, held_out, SIZE_MAX);
    return summary;
}

int main(int argc, char **argv)
{
    const char *text = "chapters/course.txt", *path = "build/plots/15-training.tsv";
    uint64_t seed = 15;
    const Option options[] = {{"tsv", OPTION_TEXT, &path, 0, 0, "where the run's log goes"},
                              {"seed", OPTION_SEED, &seed, 0, 0, "of initial values and windows"}};
    options_parse(argc, argv, "Trains a character model on chapters/course.txt.", options, 2);
    Corpus corpus;
    Span train_part, held_out;
    exit_if(corpus_read(&corpus, text, NULL));
    exit_if(corpus_split(&corpus.stream, text, CONTEXT, &train_part, &held_out));

    Character model;
    size_t classes = (size_t)corpus.vocabulary.size;
    character_make(&model, (CharacterSettings){.layers = 2, .heads = 4, .width = 64,
                                               .vocabulary = classes, .context = CONTEXT}, seed);
    AdamSettings adam = {.beta1 = 0.9, .beta2 = 0.99, .epsilon = 1e-8, .decay = 0.1};
    Loop loop = {.model = &model, .optimizer = adamw_make(model.list, model.n, NULL, adam),
                 .schedule = {.peak = 3e-3, .floor = 3e-4, .warmup = 20, .total = STEPS},
                 .train = train_part, .batch = 8, .context = CONTEXT, .micro_batches = 2, .clip = 1,
                 .seed = seed};
    Summary summary = train(&loop, held_out, path);
    printf("%zu ids of %zu characters to train on, %zu held out; %zu parameters\n",
           train_part.end - train_part.begin, classes, held_out.end - held_out.begin,
           parameters_elements(&model.parameters));
    printf("  a model that knows nothing: ln V = %.1f nats; at step 1: %.1f\n", log((double)classes),
           summary.first);
    printf("  after %d steps, over the whole held-out part: below %.1f nats a character\n", STEPS,
           ceil(summary.held_out * 10) / 10);
    printf("  the gradient was clipped in %s half of the steps\n",
           summary.clipped < STEPS / 2 ? "fewer than" : "at least");
    adamw_free(loop.optimizer);
    character_free(&model);
    corpus_free(&corpus);
    tape_free();
    gemm_free_buffers();
    return 0;
}
