/* gpt2: the main program. `gpt2 train` trains a GPT-2 on any text, `gpt2 sample` lets it write.
 *
 * Training shows one line that moves, logs to RUN/log.tsv, saves checkpoints into RUN and draws the
 * loss from the log with gnuplot. Ctrl-C saves and says how to go on. Chapters 15, 17 and 18 teach
 * what happens inside; --help of each command lists its options. */
#include "gpt2/gpt2.h"
#include "show/show.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static volatile sig_atomic_t interrupted = 0;

static void interrupt(int signal_number)
{
    (void)signal_number;
    interrupted = 1;
    signal(SIGINT, SIG_DFL); /* a second Ctrl-C ends the program at once */
}

/* ---- what both commands share -------------------------------------------------------------------- */
static void set_threads(size_t threads)
{
    exit_if(threads_check_environment());
    exit_if(gemm_check_environment());
    if (threads > 0)
        threads_set((int)threads);
}

typedef struct {
    const char *prompt;
    size_t count, top_k;
    double temperature;
    uint64_t seed;
} Writing;

static void print_id(int id, void *vocabulary)
{
    unsigned char bytes[4];
    fwrite(bytes, 1, (size_t)vocabulary_decode_id(vocabulary, id, bytes), stdout);
    fflush(stdout);
}

/* The prompt's ids; an empty prompt starts as a paragraph does, after a line break. Owned. */
static int *prompt_ids(const Vocabulary *vocabulary, const char *prompt, size_t *count)
{
    size_t size = strlen(prompt);
    int *ids = memory_alloc((size + 1) * sizeof *ids);
    if (size > 0) {
        exit_if(vocabulary_encode(vocabulary, (const unsigned char *)prompt, size, "--prompt", ids,
                                  count));
        return ids;
    }
    *count = 1;
    Error error = vocabulary_encode(vocabulary, (const unsigned char *)"\n", 1, "", ids, count);
    if (error.failed) {
        ids[0] = 0; /* a text of a single line: its first character */
        *count = 1;
    }
    return ids;
}

static void write_text(const Gpt2 *model, Vocabulary *vocabulary, const Writing *writing)
{
    size_t n;
    int *ids = prompt_ids(vocabulary, writing->prompt, &n);
    Random random = random_make(writing->seed, 3);
    fputs(writing->prompt, stdout);
    gpt2_generate(model, ids, n, writing->count,
                  (SampleSettings){writing->temperature, writing->top_k}, &random, print_id,
                  vocabulary);
    putchar('\n');
    free(ids);
}

/* ---- train --------------------------------------------------------------------------------------- */
typedef struct {
    const char *text, *run, *gelu;
    bool resume, fresh, plain, untied, no_bias, figure, profile;
    size_t threads;
    Config config;
    TrainSettings train;
    Writing writing;
} TrainJob;

static TrainJob parse_train(int argc, char **argv)
{
    TrainJob job = {.run = "checkpoints", .gelu = "tanh", .config = config_default(),
                    .train = train_settings_default(),
                    .writing = {.prompt = "", .count = 300, .temperature = 0.8}};
    const double many = 1e9, any = 1e300;
    const Option options[] = {
        {"text", OPTION_TEXT, &job.text, 0, 0, "the file to train on; its last tenth is held out"},
        {"run", OPTION_TEXT, &job.run, 0, 0, "the folder for checkpoints and log.tsv"},
        {"resume", OPTION_FLAG, &job.resume, 0, 0, "go on from the run's last checkpoint"},
        {"fresh", OPTION_FLAG, &job.fresh, 0, 0, "begin anew where a run's checkpoints stand"},
        {"steps", OPTION_SIZE, &job.train.steps, 1, many, "optimizer steps"},
        {"batch", OPTION_SIZE, &job.train.batch, 1, 65536, "windows in a micro-batch"},
        {"micro", OPTION_SIZE, &job.train.micro_batches, 1, 65536, "micro-batches in a step"},
        {"layers", OPTION_SIZE, &job.config.n_layer, 1, 1000, "blocks"},
        {"heads", OPTION_SIZE, &job.config.n_head, 1, 1000, "attention heads; must divide the width"},
        {"width", OPTION_SIZE, &job.config.n_embd, 1, 65536, "width of the residual stream"},
        {"context", OPTION_SIZE, &job.config.n_positions, 1, 65536, "characters seen at once"},
        {"gelu", OPTION_TEXT, &job.gelu, 0, 0, "tanh, as GPT-2's, or erf, the exact one"},
        {"untied", OPTION_FLAG, &job.untied, 0, 0, "a head with its own table"},
        {"no-bias", OPTION_FLAG, &job.no_bias, 0, 0, "linear layers without biases"},
        {"plain", OPTION_FLAG, &job.plain, 0, 0, "only one-op files: no fused operation"},
        {"rate", OPTION_NUMBER, &job.train.rate, 0, any, "learning rate after the warm-up"},
        {"floor", OPTION_NUMBER, &job.train.floor, 0, any, "learning rate at the end of the cosine"},
        {"warm-up", OPTION_SIZE, &job.train.warm_up, 0, many,
         "steps of rising rate; 0: a tenth of the run, at most 100"},
        {"beta1", OPTION_NUMBER, &job.train.beta1, 0, 1, "AdamW's memory of the gradient"},
        {"beta2", OPTION_NUMBER, &job.train.beta2, 0, 1, "AdamW's memory of its square"},
        {"decay", OPTION_NUMBER, &job.train.decay, 0, 1e3, "weight decay of matrices and tables"},
        {"clip", OPTION_NUMBER, &job.train.clip, 0, 1e9, "largest gradient norm; 0 for none"},
        {"dropout", OPTION_NUMBER, &job.train.dropout, 0, 1, "after embeddings and branches"},
        {"seed", OPTION_SEED, &job.train.seed, 0, 0, "initial values, batches and masks"},
        {"evaluate-every", OPTION_SIZE, &job.train.evaluate_every, 0, many,
         "steps between held-out losses; 0: at the end only"},
        {"evaluate-windows", OPTION_SIZE, &job.train.evaluate_windows, 0, many,
         "windows of each, evenly spread; 0: all, as at the end"},
        {"save-every", OPTION_SIZE, &job.train.save_every, 0, many, "steps between checkpoints"},
        {"threads", OPTION_SIZE, &job.threads, 0, 256, "0: WENGERT_THREADS, else one a processor"},
        {"figure", OPTION_FLAG, &job.figure, 0, 0, "draw the loss here and as RUN/loss.svg"},
        {"profile", OPTION_FLAG, &job.profile, 0, 0, "show at the end where a step's time went"},
        {"prompt", OPTION_TEXT, &job.writing.prompt, 0, 0, "how the text written at the end begins"},
        {"count", OPTION_SIZE, &job.writing.count, 0, many, "characters written at the end"},
        {"temperature", OPTION_NUMBER, &job.writing.temperature, 0, 100, "0: always the likeliest"},
        {"top-k", OPTION_SIZE, &job.writing.top_k, 0, many, "draw from the k likeliest; 0: all"},
    };
    job.train.warm_up = 0;
    options_parse(argc, argv, "gpt2 train --text FILE [options]: train a GPT-2 on a text", options,
                  sizeof options / sizeof *options);
    if (job.text == NULL)
        exit_with("train: expected --text FILE; --help lists the options");
    if (job.train.warm_up == 0)
        job.train.warm_up = job.train.steps / 10 < 100 ? job.train.steps / 10 : 100;
    if (strcmp(job.gelu, "tanh") != 0 && strcmp(job.gelu, "erf") != 0)
        exit_with("--gelu: expected tanh or erf, found \"%s\"", job.gelu);
    job.config.tanh_gelu = strcmp(job.gelu, "tanh") == 0;
    job.config.tied = !job.untied;
    job.config.bias = !job.no_bias;
    job.writing.seed = job.train.seed;
    return job;
}

/* What is shown and logged while it trains. */
typedef struct {
    TsvLog log;
    Progress progress;
} Display;

static Error show_step(const TrainReport *report, void *context)
{
    Display *display = context;
    const double row[] = {(double)report->step, report->loss, report->validation,
                          report->gradient_norm, report->rate, report->tokens_per_second};
    progress_update(&display->progress, report->step, report->loss, report->validation,
                    report->tokens_per_second);
    Error error = tsv_row(&display->log, sizeof row / sizeof *row, row);
    return error.failed || !report->saving ? error : tsv_sync(&display->log);
}

static void open_log(TsvLog *log, const TrainJob *job, size_t step)
{
    static const char columns[] = "step loss validation gradient_norm rate tokens_per_second";
    char path[1024];
    snprintf(path, sizeof path, "%s/log.tsv", job->run);
    exit_if(job->resume ? tsv_resume(log, path, columns, step) : tsv_create(log, path, columns));
}

static void draw_loss(const TrainJob *job)
{
    char tsv[1024], svg[1024];
    snprintf(tsv, sizeof tsv, "%s/log.tsv", job->run);
    snprintf(svg, sizeof svg, "%s/loss.svg", job->run);
    Error error = figure_draw("training.gp", tsv, NULL);
    if (!error.failed)
        error = figure_draw("training.gp", tsv, svg);
    if (error.failed)
        printf("no figure: %s\n", error.text); /* the run itself is whole */
    else
        printf("figure: %s\n", svg);
}

/* The model and the corpus: new ones, or those of the checkpoint that is resumed. */
static Gpt2 *prepare(TrainJob *job, Corpus *corpus, Span *train, Span *held_out)
{
    Gpt2 *model = NULL;
    Vocabulary vocabulary = {0};
    bool exists = checkpoint_exists(job->run);
    if (job->resume && job->fresh)
        exit_with("expected --resume or --fresh, found both");
    if (job->resume && !exists)
        exit_with("%s: expected a run with a checkpoint to resume, found none", job->run);
    if (exists && !job->resume && !job->fresh)
        exit_with("%s: holds a run already: --resume goes on with it, --fresh begins anew", job->run);
    if (job->resume)
        exit_if(checkpoint_load_model(job->run, &model, &vocabulary));
    exit_if(corpus_read(corpus, job->text, model == NULL ? NULL : &vocabulary));
    vocabulary_free(&vocabulary);
    if (model == NULL) {
        job->config.vocab_size = (size_t)corpus->vocabulary.size;
        exit_if(config_check(&job->config));
    }
    size_t context = model == NULL ? job->config.n_positions : model->config.n_positions;
    exit_if(corpus_split(&corpus->stream, job->text, context, train, held_out));
    exit_if(train_settings_check(&job->train));
    if (model == NULL && exists)
        exit_if(checkpoint_clear(job->run));
    if (model == NULL)
        model = gpt2_make(&job->config, job->train.seed);
    gpt2_set_plain(model, job->plain);
    return model;
}

static void introduce(const Gpt2 *model, const Corpus *corpus, const TrainJob *job, Span train,
                      Span held_out)
{
    const Config *c = &model->config;
    int threads = threads_count();
    printf("text:  %s, %zu %s of %d kinds\n", job->text, corpus->stream.count,
           corpus->vocabulary.points == NULL ? "bytes" : "characters", corpus->vocabulary.size);
    printf("       %zu to train on, %zu held out\n", train.end - train.begin,
           held_out.end - held_out.begin);
    printf("model: %zu layers, %zu heads, width %zu, context %zu: %zu parameters\n", c->n_layer,
           c->n_head, c->n_embd, c->n_positions, parameters_elements(&model->parameters));
    printf("run:   %s, %zu steps of %zu x %zu, in %s, %d thread%s, %s\n", job->run,
           job->train.steps, job->train.batch * job->train.micro_batches, c->n_positions, REAL_NAME,
           threads, threads == 1 ? "" : "s", gemm_kernel_name());
    printf("       a blind guess costs ln %d = %.3f\n", corpus->vocabulary.size,
           log((double)corpus->vocabulary.size));
}

/* Where the run's last checkpoint stands; 0 for a new run. */
static size_t resumed_step(const TrainJob *job)
{
    size_t step = 0;
    if (job->resume)
        exit_if(checkpoint_step(job->run, &step));
    return step;
}

static int train(int argc, char **argv)
{
    TrainJob job = parse_train(argc, argv);
    Corpus corpus;
    Span train_span, held_out;
    set_threads(job.threads);
    Gpt2 *model = prepare(&job, &corpus, &train_span, &held_out);
    introduce(model, &corpus, &job, train_span, held_out);
    fflush(stdout);
    Display display;
    TrainResult result;
    size_t first = resumed_step(&job);
    exit_if(folder_make(job.run));
    open_log(&display.log, &job, first);
    progress_begin(&display.progress, stdout, first, job.train.steps);
    signal(SIGINT, interrupt);
    job.train.run = job.run;
    job.train.resume = job.resume;
    job.train.stop = &interrupted;
    job.train.report = show_step;
    job.train.context = &display;
    profile_set(job.profile);
    Error error = gpt2_train(model, &corpus.vocabulary, train_span, held_out, &job.train, &result);
    progress_end(&display.progress);
    if (job.profile && result.step > first)
        profile_print(stdout, result.step - first);
    profile_set(false);
    signal(SIGINT, SIG_DFL);
    Error closed = tsv_close(&display.log);
    exit_if(error);
    exit_if(closed);
    if (result.step < job.train.steps)
        printf("stopped and saved at step %zu; the same command with --resume goes on\n", result.step);
    else {
        printf("step %zu: loss %.4f, held-out loss %.4f over all %zu predictions; %.1f s\n",
               result.step, result.loss, result.validation, held_out.end - held_out.begin - 1,
               result.seconds);
        if (job.figure)
            draw_loss(&job);
        if (job.writing.count > 0) {
            printf("\nwhat it writes:\n\n");
            write_text(model, &corpus.vocabulary, &job.writing);
        }
    }
    gpt2_free(model);
    corpus_free(&corpus);
    return 0;
}

/* ---- sample --------------------------------------------------------------------------------------- */
static int sample(int argc, char **argv)
{
    const char *run = "checkpoints";
    size_t threads = 0;
    Writing writing = {.prompt = "", .count = 500, .temperature = 0.8, .seed = 1};
    const Option options[] = {
        {"run", OPTION_TEXT, &run, 0, 0, "a run's folder, or one checkpoint's"},
        {"prompt", OPTION_TEXT, &writing.prompt, 0, 0, "how the text begins"},
        {"count", OPTION_SIZE, &writing.count, 0, 1e9, "characters to write"},
        {"temperature", OPTION_NUMBER, &writing.temperature, 0, 100, "0: always the likeliest"},
        {"top-k", OPTION_SIZE, &writing.top_k, 0, 1e9, "draw from the k likeliest; 0: all"},
        {"seed", OPTION_SEED, &writing.seed, 0, 0, "another seed, another text"},
        {"threads", OPTION_SIZE, &threads, 0, 256, "0: WENGERT_THREADS, else one a processor"},
    };
    options_parse(argc, argv, "gpt2 sample [options]: text from a trained model", options,
                  sizeof options / sizeof *options);
    set_threads(threads);
    Gpt2 *model;
    Vocabulary vocabulary;
    exit_if(checkpoint_load_model(run, &model, &vocabulary));
    write_text(model, &vocabulary, &writing);
    gpt2_free(model);
    vocabulary_free(&vocabulary);
    return 0;
}

int main(int argc, char **argv)
{
    static const char usage[] = "expected a command: gpt2 train --help, or gpt2 sample --help";
    if (argc < 2)
        exit_with("%s", usage);
    int status;
    if (strcmp(argv[1], "train") == 0)
        status = train(argc - 1, argv + 1);
    else if (strcmp(argv[1], "sample") == 0)
        status = sample(argc - 1, argv + 1);
    else if (strcmp(argv[1], "--help") == 0) {
        printf("gpt2 train --text FILE: train a GPT-2 on a text\n"
               "gpt2 sample: let a trained one write\n"
               "Each has its own --help.\n");
        status = 0;
    } else
        exit_with("%s; found \"%s\"", usage, argv[1]);
    tape_free();
    gemm_free_buffers();
    return status;
}
