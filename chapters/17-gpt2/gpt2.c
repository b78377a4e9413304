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
    GenerateSettings settings;
    uint64_t seed;
    bool stats;
} Writing;

static Writing writing_default(size_t count)
{
    Writing writing = {.prompt = "", .settings = generate_settings_default(), .seed = 1};
    writing.settings.count = count;
    return writing;
}

/* Where ids become text on the screen. */
typedef struct {
    const Tokenizer *tokenizer;
    Utf8Stream stream;
} Screen;

static bool print_id(int id, void *context)
{
    Screen *screen = context;
    unsigned char room[4];
    size_t size;
    const unsigned char *bytes = tokenizer_token(screen->tokenizer, id, room, &size);
    utf8_stream_put(&screen->stream, bytes, size, stdout);
    return fflush(stdout) == 0; /* nobody reads any more: stop */
}

/* The prompt's ids; an empty prompt starts as a text does: after the id that ends one, or after a
 * line break, or where there is neither with id 0. */
static Ids prompt_ids(Tokenizer *tokenizer, const char *prompt)
{
    Ids ids = {.ids = NULL};
    size_t size = strlen(prompt);
    exit_if(tokenizer_encode(tokenizer, (const unsigned char *)prompt, size, "--prompt", false, &ids));
    if (ids.count == 0 && tokenizer_end(tokenizer) >= 0)
        ids_add(&ids, tokenizer_end(tokenizer));
    else if (ids.count == 0) {
        Error error = tokenizer_encode(tokenizer, (const unsigned char *)"\n", 1, "", false, &ids);
        if (error.failed)
            ids_add(&ids, 0);
    }
    return ids;
}

static void print_stats(size_t written, double seconds, const Proposals *proposals)
{
    fprintf(stderr, "%zu ids in %.3f s: %.1f tokens/s", written, seconds,
            (double)written / seconds);
    if (proposals->proposed > 0)
        fprintf(stderr, "; %zu of the draft's %zu accepted: %.0f %%", proposals->accepted,
                proposals->proposed,
                100 * (double)proposals->accepted / (double)proposals->proposed);
    fputc('\n', stderr);
}

static void write_text(const Gpt2 *model, Tokenizer *tokenizer, const Writing *writing)
{
    Ids ids = prompt_ids(tokenizer, writing->prompt);
    Random random = random_make(writing->seed, 3);
    Screen screen = {.tokenizer = tokenizer};
    Proposals proposals = {0};
    GenerateSettings settings = writing->settings;
    settings.emit = print_id;
    settings.context = &screen;
    settings.end = tokenizer_end(tokenizer);
    settings.proposals = &proposals;
    utf8_stream_put(&screen.stream, (const unsigned char *)writing->prompt, strlen(writing->prompt),
                    stdout); /* half a character at its end is the model's to complete */
    double began = seconds_now();
    size_t written = gpt2_generate(model, ids.ids, ids.count, &settings, &random);
    double seconds = seconds_now() - began;
    utf8_stream_end(&screen.stream, stdout);
    putchar('\n');
    if (writing->stats)
        print_stats(written, seconds, &proposals);
    ids_free(&ids);
}

/* ---- train --------------------------------------------------------------------------------------- */
typedef struct {
    const char *text, *ids, *run, *vocabulary, *from, *gelu;
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
                    .writing = writing_default(300)};
    const double many = 1e9, any = 1e300;
    const Option options[] = {
        {"text", OPTION_TEXT, &job.text, 0, 0, "the file to train on; its last tenth is held out"},
        {"ids", OPTION_TEXT, &job.ids, 0, 0, "or one that tokenize encode wrote, for --vocabulary"},
        {"vocabulary", OPTION_TEXT, &job.vocabulary, 0, 0,
         "a folder of byte pairs; without it, characters"},
        {"from", OPTION_TEXT, &job.from, 0, 0,
         "a model to start from, with its tokenizer: a run, or a folder of published weights"},
        {"run", OPTION_TEXT, &job.run, 0, 0, "the folder for checkpoints and log.tsv"},
        {"resume", OPTION_FLAG, &job.resume, 0, 0, "go on from the run's last checkpoint"},
        {"fresh", OPTION_FLAG, &job.fresh, 0, 0, "begin anew where a run's checkpoints stand"},
        {"steps", OPTION_SIZE, &job.train.steps, 1, many, "optimizer steps"},
        {"batch", OPTION_SIZE, &job.train.batch, 1, 65536, "windows in a micro-batch"},
        {"micro", OPTION_SIZE, &job.train.micro_batches, 1, 65536, "micro-batches in a step"},
        {"layers", OPTION_SIZE, &job.config.n_layer, 1, 1000, "blocks"},
        {"heads", OPTION_SIZE, &job.config.n_head, 1, 1000, "attention heads; must divide the width"},
        {"width", OPTION_SIZE, &job.config.n_embd, 1, 65536, "width of the residual stream"},
        {"context", OPTION_SIZE, &job.train.window, 0, 65536,
         "ids seen at once; 0: 64, or all that the model of --from can see"},
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
        {"checkpointing", OPTION_FLAG, &job.train.checkpointing, 0, 0,
         "less memory, more time, the same numbers: make activations again in backward"},
        {"segment", OPTION_SIZE, &job.train.segment, 0, 1000,
         "blocks between those kept with --checkpointing; 0: the root of --layers"},
        {"profile", OPTION_FLAG, &job.profile, 0, 0, "show at the end where a step's time went"},
        {"prompt", OPTION_TEXT, &job.writing.prompt, 0, 0, "how the text written at the end begins"},
        {"count", OPTION_SIZE, &job.writing.settings.count, 0, many, "ids written at the end"},
        {"temperature", OPTION_NUMBER, &job.writing.settings.sampling.temperature, 0, 100,
         "0: always the likeliest"},
        {"top-k", OPTION_SIZE, &job.writing.settings.sampling.top_k, 0, many,
         "draw from the k likeliest; 0: all"},
    };
    job.train.warm_up = 0;
    options_parse(argc, argv, "gpt2 train --text FILE [options]: train a GPT-2 on a text", options,
                  sizeof options / sizeof *options);
    if ((job.text == NULL) == (job.ids == NULL))
        exit_with("train: expected --text FILE or --ids FILE, found %s; --help lists the options",
                  job.text == NULL ? "neither" : "both");
    if (job.ids != NULL && job.vocabulary == NULL && job.from == NULL && !job.resume)
        exit_with("train: expected --vocabulary FOLDER, which says what the ids mean");
    if ((job.vocabulary != NULL) + (job.from != NULL) + job.resume > 1)
        exit_with("train: expected one of --vocabulary, --from and --resume, found more");
    if (job.train.segment > 0 && !job.train.checkpointing)
        exit_with("train: expected --checkpointing with --segment %zu", job.train.segment);
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

/* What is trained, on what, and what the ids mean. */
typedef struct {
    Gpt2 *model;
    Tokenizer tokenizer;
    Stream stream;
    Span train, held_out;
} Work;

static void check_run(const TrainJob *job, bool exists)
{
    if (job->resume && job->fresh)
        exit_with("expected --resume or --fresh, found both");
    if (job->resume && !exists)
        exit_with("%s: expected a run with a checkpoint to resume, found none", job->run);
    if (exists && !job->resume && !job->fresh)
        exit_with("%s: holds a run already: --resume goes on with it, --fresh begins anew", job->run);
}

/* Whether a folder, links followed, lies in the run's. */
static bool is_inside(const char *folder, const char *run)
{
    char *inner = realpath(folder, NULL), *outer = realpath(run, NULL);
    size_t length = outer == NULL ? 0 : strlen(outer);
    bool inside = inner != NULL && outer != NULL && strncmp(inner, outer, length) == 0 &&
                  inner[length] == '/';
    free(inner);
    free(outer);
    return inside;
}

/* What --fresh removes must not be what the new run begins from: until its first checkpoint there
 * would be no other copy. */
static void check_fresh(const TrainJob *job)
{
    char latest[1100];
    const char *begin = job->from != NULL ? job->from : job->vocabulary;
    if (!job->fresh || begin == NULL)
        return;
    snprintf(latest, sizeof latest, "%.1000s/latest", begin);
    if (is_inside(begin, job->run) || (job->from != NULL && is_inside(latest, job->run)))
        exit_with("--fresh: expected another folder than --run %s to begin from, found %s", job->run,
                  begin);
}

/* A model that is there has its own sizes: other ones asked for would be asked for in vain. */
static void check_model(const TrainJob *job, const Config *config)
{
    const Config usual = config_default();
    const struct {
        const char *name;
        size_t asked, usual, found;
    } sizes[] = {{"layers", job->config.n_layer, usual.n_layer, config->n_layer},
                 {"heads", job->config.n_head, usual.n_head, config->n_head},
                 {"width", job->config.n_embd, usual.n_embd, config->n_embd},
                 {"gelu", !job->config.tanh_gelu, 0, !config->tanh_gelu},
                 {"untied", !job->config.tied, 0, !config->tied},
                 {"no-bias", !job->config.bias, 0, !config->bias}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        if (sizes[i].asked != sizes[i].usual && sizes[i].asked != sizes[i].found)
            exit_with("--%s: expected none or that of the model in %s, found another",
                      sizes[i].name, job->resume ? job->run : job->from);
}

/* The stream of ids; and, where no folder gave one, the tokenizer: the characters of the text. */
static void read_stream(const TrainJob *job, Work *work)
{
    bool given = job->resume || job->from != NULL || job->vocabulary != NULL;
    size_t size = given ? tokenizer_size(&work->tokenizer) : 0;
    if (job->ids != NULL)
        exit_if(stream_map(&work->stream, job->ids, stream_width((int)size), (int)size));
    else if (given)
        exit_if(tokenizer_stream(&work->tokenizer, job->text, &work->stream));
    else {
        Corpus corpus;
        exit_if(corpus_read(&corpus, job->text, NULL));
        work->tokenizer.characters = corpus.vocabulary;
        work->stream = corpus.stream;
    }
}

/* The model, the tokenizer and the ids: new ones, or those of a checkpoint. A run that stands there
 * goes only when all else has been found right. */
static void prepare(TrainJob *job, Work *work)
{
    bool exists = checkpoint_exists(job->run);
    *work = (Work){.model = NULL};
    check_run(job, exists);
    check_fresh(job);
    if (job->resume || job->from != NULL)
        exit_if(checkpoint_load_model(job->resume ? job->run : job->from, &work->model,
                                      &work->tokenizer));
    else if (job->vocabulary != NULL)
        exit_if(tokenizer_read(&work->tokenizer, job->vocabulary));
    read_stream(job, work);
    if (work->model == NULL) {
        job->config.vocab_size = tokenizer_size(&work->tokenizer);
        if (job->train.window > 0)
            job->config.n_positions = job->train.window;
        exit_if(config_check(&job->config));
    } else {
        check_model(job, &work->model->config);
        job->config = work->model->config;
    }
    exit_if(train_settings_check(&job->train, &job->config));
    size_t window = job->train.window > 0 ? job->train.window : job->config.n_positions;
    exit_if(corpus_split(&work->stream, job->text != NULL ? job->text : job->ids, window,
                         &work->train, &work->held_out));
    if (!job->resume && exists)
        exit_if(checkpoint_clear(job->run));
    if (work->model == NULL)
        work->model = gpt2_make(&job->config, job->train.seed);
    gpt2_set_plain(work->model, job->plain);
}

static void work_free(Work *work)
{
    gpt2_free(work->model);
    tokenizer_free(&work->tokenizer);
    stream_free(&work->stream);
}

static const char *kind_of_ids(const Tokenizer *tokenizer)
{
    if (tokenizer->pairs != NULL)
        return "byte pairs";
    return tokenizer->characters.points == NULL ? "bytes" : "characters";
}

static void introduce(const Work *work, const TrainJob *job)
{
    const Config *c = &work->model->config;
    int threads = threads_count();
    printf("text:  %s, %zu %s of %zu kinds\n", job->text != NULL ? job->text : job->ids,
           work->stream.count, kind_of_ids(&work->tokenizer), c->vocab_size);
    printf("       %zu to train on, %zu held out\n", work->train.end - work->train.begin,
           work->held_out.end - work->held_out.begin);
    printf("model: %zu layers, %zu heads, width %zu, context %zu: %zu parameters%s%s\n", c->n_layer,
           c->n_head, c->n_embd, c->n_positions, parameters_elements(&work->model->parameters),
           job->from != NULL ? ", from " : "", job->from != NULL ? job->from : "");
    printf("run:   %s, %zu steps of %zu x %zu, in %s, %d thread%s, %s\n", job->run,
           job->train.steps, job->train.batch * job->train.micro_batches,
           job->train.window > 0 ? job->train.window : c->n_positions, REAL_NAME,
           threads, threads == 1 ? "" : "s", gemm_kernel_name());
    printf("       a blind guess costs ln %zu = %.3f\n", c->vocab_size, log((double)c->vocab_size));
}

/* Where the run's last checkpoint stands; 0 for a new run. */
static size_t resumed_step(const TrainJob *job)
{
    size_t step = 0;
    if (job->resume)
        exit_if(checkpoint_step(job->run, &step));
    return step;
}

/* The loop itself, with its line, its log and Ctrl-C. */
static TrainResult run_loop(TrainJob *job, Work *work)
{
    Display display;
    TrainResult result;
    size_t first = resumed_step(job);
    exit_if(folder_make(job->run));
    open_log(&display.log, job, first);
    progress_begin(&display.progress, stdout, first, job->train.steps);
    signal(SIGINT, interrupt);
    job->train.run = job->run;
    job->train.resume = job->resume;
    job->train.stop = &interrupted;
    job->train.report = show_step;
    job->train.context = &display;
    profile_set(job->profile);
    Error error = gpt2_train(work->model, &work->tokenizer, work->train, work->held_out,
                             &job->train, &result);
    progress_end(&display.progress);
    if (job->profile && result.step > first)
        profile_print(stdout, result.step - first);
    profile_set(false);
    signal(SIGINT, SIG_DFL);
    Error closed = tsv_close(&display.log);
    exit_if(error);
    exit_if(closed);
    return result;
}

static int train(int argc, char **argv)
{
    TrainJob job = parse_train(argc, argv);
    Work work;
    set_threads(job.threads);
    prepare(&job, &work);
    introduce(&work, &job);
    fflush(stdout);
    TrainResult result = run_loop(&job, &work);
    if (result.step < job.train.steps)
        printf("stopped and saved at step %zu; the same command with --resume goes on\n", result.step);
    else {
        printf("step %zu: ", result.step);
        if (!isnan(result.loss)) /* else a run that was complete when it was resumed */
            printf("loss %.4f, ", result.loss);
        printf("held-out loss %.4f over all %zu predictions; %.1f s\n", result.validation,
               work.held_out.end - work.held_out.begin - 1, result.seconds);
        if (job.figure)
            draw_loss(&job);
        if (job.writing.settings.count > 0) {
            printf("\nwhat it writes:\n\n");
            write_text(work.model, &work.tokenizer, &job.writing);
        }
    }
    work_free(&work);
    return 0;
}

/* ---- sample --------------------------------------------------------------------------------------- */
typedef struct {
    const char *run, *draft;
    size_t threads;
    Writing writing;
} SampleJob;

static SampleJob parse_sample(int argc, char **argv)
{
    SampleJob job = {.run = "checkpoints", .writing = writing_default(500)};
    GenerateSettings *settings = &job.writing.settings;
    const Option options[] = {
        {"run", OPTION_TEXT, &job.run, 0, 0, "a run's folder, or one checkpoint's"},
        {"prompt", OPTION_TEXT, &job.writing.prompt, 0, 0, "how the text begins"},
        {"count", OPTION_SIZE, &settings->count, 0, 1e9, "characters to write"},
        {"temperature", OPTION_NUMBER, &settings->sampling.temperature, 0, 100,
         "0: always the likeliest"},
        {"top-k", OPTION_SIZE, &settings->sampling.top_k, 0, 1e9,
         "draw from the k likeliest; 0: all"},
        {"top-p", OPTION_NUMBER, &settings->sampling.top_p, 0, 1,
         "of those, from the likeliest that make up this share; 0: all"},
        {"seed", OPTION_SEED, &job.writing.seed, 0, 0, "another seed, another text"},
        {"draft", OPTION_TEXT, &job.draft, 0, 0, "the run of a smaller model that guesses ahead"},
        {"draft-tokens", OPTION_SIZE, &settings->draft_tokens, 1, 64, "ids it guesses at a time"},
        {"no-cache", OPTION_FLAG, &settings->no_cache, 0, 0,
         "run the whole window for each id: the same text, slower"},
        {"stats", OPTION_FLAG, &job.writing.stats, 0, 0, "print tokens per second to stderr"},
        {"threads", OPTION_SIZE, &job.threads, 0, 256, "0: WENGERT_THREADS, else one a processor"},
    };
    options_parse(argc, argv,
                  "gpt2 sample [options]: text from a trained model\n"
                  "A text longer than the context, the prompt included, is seen through a window: "
                  "its last\nids. When the window is full it moves on by half, so the model sees "
                  "from half of its\ncontext to all of it.",
                  options, sizeof options / sizeof *options);
    if (job.draft != NULL && settings->no_cache)
        exit_with("expected --draft or --no-cache, found both");
    return job;
}

/* The draft model, which must mean the same by its ids; NULL when none was asked for. */
static Gpt2 *load_draft(const SampleJob *job, const Tokenizer *tokenizer)
{
    Gpt2 *draft = NULL;
    Tokenizer its;
    if (job->draft == NULL)
        return NULL;
    exit_if(checkpoint_load_model(job->draft, &draft, &its));
    if (!tokenizer_equal(tokenizer, &its))
        exit_with("%s: expected a draft with the vocabulary of %s, found another", job->draft,
                  job->run);
    tokenizer_free(&its);
    return draft;
}

static int sample(int argc, char **argv)
{
    SampleJob job = parse_sample(argc, argv);
    set_threads(job.threads);
    Gpt2 *model;
    Tokenizer tokenizer;
    exit_if(checkpoint_load_model(job.run, &model, &tokenizer));
    Gpt2 *draft = load_draft(&job, &tokenizer);
    job.writing.settings.draft = draft;
    write_text(model, &tokenizer, &job.writing);
    gpt2_free(model);
    gpt2_free(draft);
    tokenizer_free(&tokenizer);
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
    exit_if_unwritten();
    return status;
}
