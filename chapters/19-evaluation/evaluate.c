/* evaluate: what a model is worth, in figures. `evaluate perplexity` over a long text by windows
 * that overlap, `evaluate lambada` over the last words of passages, `evaluate held-out` over the
 * part of a text that `gpt2 train` kept aside.
 *
 * Figures go to stdout, progress to stderr, and with --report everything into one JSON file. Beside
 * each figure stands that of a blind guess, which gives every id the same probability.
 * Chapter 19 teaches what they mean; --help of each command lists its options. */
#include "gpt2/gpt2.h"
#include "show/show.h"
#include "text/json.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    const char *run, *text, *ids, *protocol, *report, *write_ids;
    size_t context, stride, limit, width, threads;
    bool plain;
} Job;

/* ---- the model and its tokenizer ------------------------------------------------------------- */
typedef struct {
    Gpt2 *model;
    Tokenizer tokenizer;
} Judged;

/* A run keeps its tokenizer where it keeps its model, in the latest checkpoint. */
static Error read_tokenizer(Tokenizer *tokenizer, const char *run)
{
    char latest[1100];
    snprintf(latest, sizeof latest, "%.1000s/latest", run);
    return tokenizer_read(tokenizer, access(latest, F_OK) == 0 ? latest : run);
}

/* A file that is written must not take the place of one that is read, or of the other. */
static void check_apart(const Job *job)
{
    const char *const written[] = {job->report, job->write_ids};
    const char *const read[] = {job->text, job->ids};
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 2; j++)
            if (written[i] != NULL && read[j] != NULL && file_is_same(written[i], read[j]))
                exit_with("--%s: expected another file than the one that is read, found %s twice",
                          i == 0 ? "report" : "write-ids", read[j]);
    if (job->report != NULL && job->write_ids != NULL &&
        (strcmp(job->report, job->write_ids) == 0 || file_is_same(job->report, job->write_ids)))
        exit_with("expected two files for --report and --write-ids, found %s twice", job->report);
}

static Judged judged_load(const Job *job)
{
    Judged judged = {.model = NULL};
    if (job->run == NULL)
        exit_with("expected --run FOLDER; --help lists the options");
    exit_if(threads_check_environment());
    exit_if(gemm_check_environment());
    if (job->threads > 0)
        threads_set((int)job->threads);
    check_apart(job);
    exit_if(gpt2_load(&judged.model, job->run));
    if (job->ids == NULL)
        exit_if(read_tokenizer(&judged.tokenizer, job->run));
    size_t classes = judged.model->config.vocab_size, known = tokenizer_size(&judged.tokenizer);
    if (known > classes) /* fewer is no harm: tables are padded to a round size */
        exit_with("%s: expected a tokenizer of at most the model's %zu ids, found %zu", job->run,
                  classes, known);
    gpt2_set_plain(judged.model, job->plain);
    const Config *c = &judged.model->config;
    printf("model: %s, %zu layers, %zu heads, width %zu, context %zu, %zu ids, in %s\n", job->run,
           c->n_layer, c->n_head, c->n_embd, c->n_positions, c->vocab_size, REAL_NAME);
    return judged;
}

static void judged_free(Judged *judged)
{
    gpt2_free(judged->model);
    tokenizer_free(&judged->tokenizer);
}

/* ---- what all commands write ----------------------------------------------------------------- */
/* One JSON object, a field a line. Without --report the stream is NULL and nothing is written. */
typedef struct {
    NewFile file;
    FILE *stream;
} Report;

/* Before the work begins: a report that could not be written is said at once. */
static void report_check(const Job *job)
{
    NewFile file;
    if (job->report == NULL)
        return;
    exit_if(file_create(&file, job->report));
    file_abandon(&file);
}

static void report_key(Report *report, const char *name)
{
    fprintf(report->stream, ",\n  \"%s\": ", name);
}

static void report_text(Report *report, const char *name, const char *text)
{
    if (report->stream == NULL || text == NULL)
        return;
    report_key(report, name);
    json_write_text(report->stream, text);
}

static void report_count(Report *report, const char *name, size_t count)
{
    if (report->stream == NULL)
        return;
    report_key(report, name);
    fprintf(report->stream, "%zu", count);
}

static void report_number(Report *report, const char *name, double value)
{
    if (report->stream == NULL)
        return;
    report_key(report, name);
    json_write_double(report->stream, value);
}

static Report report_begin(const Job *job, const char *benchmark, const Gpt2 *model)
{
    Report report = {.stream = NULL};
    if (job->report != NULL) {
        exit_if(file_create(&report.file, job->report));
        report.stream = report.file.stream;
        fprintf(report.stream, "{\n  \"benchmark\": \"%s\"", benchmark);
    }
    report_text(&report, "run", job->run);
    report_text(&report, "text", job->text);
    report_text(&report, "ids_file", job->ids);
    report_text(&report, "precision", REAL_NAME);
    report_count(&report, "parameters", parameters_elements(&model->parameters));
    report_count(&report, "n_positions", model->config.n_positions);
    report_count(&report, "vocab_size", model->config.vocab_size);
    return report;
}

static void report_end(Report *report)
{
    if (report->stream == NULL)
        return;
    fputs("\n}\n", report->stream);
    exit_if(file_commit(&report->file));
}

/* ---- figures --------------------------------------------------------------------------------- */
static void print_head(void)
{
    printf("%-24s %-12s %s\n", "", "model", "blind guess");
}

static void print_figure(const char *name, double value, double blind)
{
    printf("%-24s %-12.6g %.6g\n", name, value, blind);
}

/* The three figures of `scored` ids that cost `nats` together and were `bytes` long, 0: unknown. */
static void give_loss(Report *report, double nats, size_t scored, size_t bytes, size_t classes)
{
    double blind = log((double)classes) * (double)scored;
    print_figure("nats per id", nats / (double)scored, log((double)classes));
    print_figure("perplexity per id", perplexity_of(nats, scored), (double)classes);
    report_count(report, "scored", scored);
    report_number(report, "nats", nats);
    report_number(report, "nats_per_id", nats / (double)scored);
    report_number(report, "perplexity", perplexity_of(nats, scored));
    report_number(report, "blind_nats_per_id", log((double)classes));
    if (bytes == 0)
        return;
    print_figure("bits per byte", bits_per_byte(nats, bytes), bits_per_byte(blind, bytes));
    report_count(report, "bytes", bytes);
    report_number(report, "bits_per_byte", bits_per_byte(nats, bytes));
    report_number(report, "blind_bits_per_byte", bits_per_byte(blind, bytes));
}

static void give_accuracy(Report *report, const char *name, const char *key, size_t right,
                          size_t count)
{
    double accuracy = (double)right / (double)count, error = accuracy_error(right, count);
    char error_key[60];
    snprintf(error_key, sizeof error_key, "%s_standard_error", key);
    printf("%-24s %.6f +- %.6f, %zu of %zu\n", name, accuracy, error, right, count);
    report_number(report, key, accuracy);
    report_number(report, error_key, error);
}

/* Before a report is begun: figures that are none are not written. */
static void check_finite(double nats)
{
    if (!isfinite(nats))
        exit_with("expected finite losses, found %g: the model's weights are too large for %s",
                  nats, REAL_NAME);
}

/* ---- progress -------------------------------------------------------------------------------- */
typedef struct {
    Progress progress;
    const char *what;
    double began; /* on the clock of seconds_now */
    bool begun;
} Display;

static void show(size_t done, size_t total, size_t scored, double nats, void *context)
{
    Display *display = context;
    if (!display->begun)
        progress_begin(&display->progress, stderr, 0, total);
    display->begun = true;
    progress_name(&display->progress, display->what);
    progress_update(&display->progress, done, nats / (double)scored, nan(""),
                    (double)scored / (seconds_now() - display->began));
    if (done == total)
        progress_end(&display->progress);
}

static Display display_make(const char *what)
{
    fflush(stdout);
    return (Display){.what = what, .began = seconds_now()};
}

/* ---- ids ------------------------------------------------------------------------------------- */
/* The bytes that ids [begin, end) of a stream stand for; 0 where no tokenizer says. */
static size_t bytes_of(const Tokenizer *tokenizer, Span span)
{
    unsigned char room[4];
    size_t bytes = 0, size;
    if (tokenizer_size(tokenizer) == 0)
        return 0;
    for (size_t i = span.begin; i < span.end; i++) {
        tokenizer_token(tokenizer, stream_get(span.stream, i), room, &size);
        bytes += size;
    }
    return bytes;
}

static Stream stream_of(const Ids *ids, size_t classes)
{
    Stream stream = stream_make(ids->count, (int)classes);
    for (size_t i = 0; i < ids->count; i++)
        stream_set(&stream, i, ids->ids[i]);
    return stream;
}

/* The text of the file under the protocol, as ids. */
static Error read_text(const Job *job, Judged *judged, Stream *stream)
{
    MappedFile file;
    Ids ids = {0};
    unsigned char *joined = NULL;
    Error error = text_map(&file, job->text);
    if (error.failed)
        return error;
    const unsigned char *text = file.bytes;
    size_t size = file.size;
    if (strcmp(job->protocol, "joined") == 0)
        text = joined = wikitext_join(file.bytes, file.size, &size);
    if (size == 0)
        error = error_make("%s: expected text, found a blank line", job->text);
    if (!error.failed)
        error = tokenizer_encode(&judged->tokenizer, text, size, job->text, false, &ids);
    if (!error.failed)
        *stream = stream_of(&ids, judged->model->config.vocab_size);
    ids_free(&ids);
    free(joined);
    file_unmap(&file);
    return error;
}

static Stream open_ids(const Job *job, Judged *judged)
{
    Stream stream;
    if ((job->text == NULL) == (job->ids == NULL))
        exit_with("expected --text FILE or --ids FILE, found %s",
                  job->text == NULL ? "neither" : "both");
    if (strcmp(job->protocol, "raw") != 0 && strcmp(job->protocol, "joined") != 0)
        exit_with("--protocol: expected raw or joined, found \"%s\"", job->protocol);
    if (job->width == 3)
        exit_with("--width: expected 1, 2 or 4 bytes, found 3");
    int classes = (int)judged->model->config.vocab_size;
    int width = job->width > 0 ? (int)job->width : stream_width(classes);
    if (job->ids != NULL)
        exit_if(stream_map(&stream, job->ids, width, classes));
    else
        exit_if(read_text(job, judged, &stream));
    if (job->limit > 0 && job->limit < stream.count)
        stream.count = job->limit;
    if (stream.count < 2)
        exit_with("%s: expected at least 2 ids, of which the second can be predicted, found %zu",
                  job->text != NULL ? job->text : job->ids, stream.count);
    return stream;
}

/* ---- perplexity ------------------------------------------------------------------------------ */
static Job parse_perplexity(int argc, char **argv)
{
    Job job = {.protocol = "raw"};
    const Option options[] = {
        {"run", OPTION_TEXT, &job.run, 0, 0, "a run's folder, or one model's"},
        {"text", OPTION_TEXT, &job.text, 0, 0, "the file to read"},
        {"protocol", OPTION_TEXT, &job.protocol, 0, 0,
         "raw, the file as it is, or joined, as Hugging Face's guide joins WikiText's lines"},
        {"ids", OPTION_TEXT, &job.ids, 0, 0, "or a file of nothing but ids"},
        {"width", OPTION_SIZE, &job.width, 0, 4,
         "bytes of each of them, 1, 2 or 4; 0: as few as the model's ids need"},
        {"context", OPTION_SIZE, &job.context, 0, 1e9, "ids in a window; 0: all the model takes"},
        {"stride", OPTION_SIZE, &job.stride, 0, 1e9, "from window to window; 0: half the context"},
        {"limit", OPTION_SIZE, &job.limit, 0, 1e12, "only the first so many ids; 0: all"},
        {"report", OPTION_TEXT, &job.report, 0, 0, "a JSON file for everything that was measured"},
        {"write-ids", OPTION_TEXT, &job.write_ids, 0, 0, "a file for the ids that were read"},
        {"plain", OPTION_FLAG, &job.plain, 0, 0, "only one-op files: no fused operation"},
        {"threads", OPTION_SIZE, &job.threads, 0, 256, "0: WENGERT_THREADS, else one a processor"},
    };
    options_parse(argc, argv,
                  "evaluate perplexity --run FOLDER --text FILE [options]: of a text, by windows "
                  "that overlap", options, sizeof options / sizeof *options);
    return job;
}

static void settle_window(Job *job, const Config *config)
{
    if (config->n_positions < 2)
        exit_with("%s: expected a model of 2 positions or more, found 1: no window has an id "
                  "before another", job->run);
    if (job->context == 0)
        job->context = config->n_positions;
    if (job->context < 2 || job->context > config->n_positions)
        exit_with("--context: expected 2 to %zu ids, as the model takes, found %zu",
                  config->n_positions, job->context);
    if (job->stride == 0)
        job->stride = job->context / 2;
    if (job->stride > job->context)
        exit_with("--stride: expected at most the context of %zu, or ids would be left out, found "
                  "%zu", job->context, job->stride);
}

static int perplexity(int argc, char **argv)
{
    Job job = parse_perplexity(argc, argv);
    Judged judged = judged_load(&job);
    settle_window(&job, &judged.model->config);
    Stream stream = open_ids(&job, &judged);
    Span span = {&stream, 0, stream.count};
    if (job.write_ids != NULL)
        exit_if(stream_write(&stream, job.write_ids));
    report_check(&job);
    printf("text:  %s, %zu ids, %s\n", job.text != NULL ? job.text : job.ids, span.end,
           job.ids != NULL ? "as they are" : job.protocol);
    Display display = display_make("window");
    Perplexity found = gpt2_perplexity(judged.model, span, job.context, job.stride,
                                       (Watch){show, &display});
    check_finite(found.nats);
    size_t bytes = bytes_of(&judged.tokenizer, (Span){&stream, 1, span.end});
    printf("scored %zu ids, all but the first, in %zu windows of %zu, one every %zu\n\n",
           found.scored, found.windows, job.context, job.stride);
    Report report = report_begin(&job, "perplexity", judged.model);
    report_text(&report, "protocol", job.ids != NULL ? "ids" : job.protocol);
    report_count(&report, "ids", span.end);
    report_count(&report, "context", job.context);
    report_count(&report, "stride", job.stride);
    report_count(&report, "windows", found.windows);
    print_head();
    give_loss(&report, found.nats, found.scored, bytes, judged.model->config.vocab_size);
    report_end(&report);
    stream_free(&stream);
    judged_free(&judged);
    return 0;
}

/* ---- lambada --------------------------------------------------------------------------------- */
static Job parse_lambada(int argc, char **argv)
{
    Job job = {.run = NULL};
    const Option options[] = {
        {"run", OPTION_TEXT, &job.run, 0, 0, "a run's folder, or one model's"},
        {"text", OPTION_TEXT, &job.text, 0, 0, "passages, a JSON object with \"text\" a line"},
        {"limit", OPTION_SIZE, &job.limit, 0, 1e9, "only so many passages, from the first; 0: all"},
        {"report", OPTION_TEXT, &job.report, 0, 0, "a JSON file for everything that was measured"},
        {"write-ids", OPTION_TEXT, &job.write_ids, 0, 0, "a file for the ids, as JSON lines"},
        {"plain", OPTION_FLAG, &job.plain, 0, 0, "only one-op files: no fused operation"},
        {"threads", OPTION_SIZE, &job.threads, 0, 256, "0: WENGERT_THREADS, else one a processor"},
    };
    options_parse(argc, argv,
                  "evaluate lambada --run FOLDER --text FILE [options]: the last word of passages",
                  options, sizeof options / sizeof *options);
    if (job.text == NULL)
        exit_with("lambada: expected --text FILE; --help lists the options");
    return job;
}

static void write_list(FILE *stream, const char *name, const int *ids, size_t count)
{
    fprintf(stream, "\"%s\": [", name);
    for (size_t i = 0; i < count; i++)
        fprintf(stream, "%s%d", i == 0 ? "" : ", ", ids[i]);
    fputc(']', stream);
}

static Error write_passages(const char *path, const Passages *passages)
{
    NewFile file;
    Error error = file_create(&file, path);
    if (error.failed)
        return error;
    for (size_t i = 0; i < passages->count; i++) {
        const Passage *p = &passages->items[i];
        fputc('{', file.stream);
        write_list(file.stream, "context", passages->ids.ids + p->begin, p->word - p->begin);
        fputs(", ", file.stream);
        write_list(file.stream, "word", passages->ids.ids + p->word, p->end - p->word);
        fputs("}\n", file.stream);
    }
    return file_commit(&file);
}

static void give_lambada(Report *report, const Lambada *found, size_t classes)
{
    double ids_per_word = (double)found->scored / (double)found->passages;
    double per_word = perplexity_of(found->nats, found->passages);
    double last = perplexity_of(found->last_nats, found->passages);
    print_head();
    give_loss(report, found->nats, found->scored, 0, classes);
    print_figure("perplexity per word", per_word, pow((double)classes, ids_per_word));
    print_figure("perplexity of last ids", last, (double)classes);
    printf("\n");
    give_accuracy(report, "accuracy, whole word", "accuracy", found->right, found->passages);
    give_accuracy(report, "accuracy, last id only", "last_id_accuracy", found->last_right,
                  found->passages);
    report_count(report, "passages", found->passages);
    report_count(report, "shortened", found->shortened);
    report_count(report, "right", found->right);
    report_count(report, "last_id_right", found->last_right);
    report_number(report, "perplexity_per_word", per_word);
    report_number(report, "last_id_perplexity", last);
}

static int lambada(int argc, char **argv)
{
    Job job = parse_lambada(argc, argv);
    Judged judged = judged_load(&job);
    Passages passages;
    exit_if(lambada_read(&passages, job.text, &judged.tokenizer, judged.model->config.n_positions,
                         job.limit));
    if (job.write_ids != NULL)
        exit_if(write_passages(job.write_ids, &passages));
    report_check(&job);
    printf("text:  %s, %zu passages of %zu ids\n", job.text, passages.count, passages.ids.count);
    Display display = display_make("passage");
    Lambada found = gpt2_lambada(judged.model, &passages, (Watch){show, &display});
    check_finite(found.nats);
    printf("scored %zu ids of %zu last words; %zu passages were longer than the context\n\n",
           found.scored, found.passages, found.shortened);
    Report report = report_begin(&job, "lambada", judged.model);
    report_count(&report, "ids", passages.ids.count);
    give_lambada(&report, &found, judged.model->config.vocab_size);
    report_end(&report);
    passages_free(&passages);
    judged_free(&judged);
    return 0;
}

/* ---- held-out -------------------------------------------------------------------------------- */
static Job parse_held_out(int argc, char **argv)
{
    Job job = {.protocol = "raw"};
    const Option options[] = {
        {"run", OPTION_TEXT, &job.run, 0, 0, "a run's folder, or one model's"},
        {"text", OPTION_TEXT, &job.text, 0, 0, "the text that it was trained on"},
        {"report", OPTION_TEXT, &job.report, 0, 0, "a JSON file for everything that was measured"},
        {"plain", OPTION_FLAG, &job.plain, 0, 0, "only one-op files: no fused operation"},
        {"threads", OPTION_SIZE, &job.threads, 0, 256, "0: WENGERT_THREADS, else one a processor"},
    };
    options_parse(argc, argv, "evaluate held-out --run FOLDER --text FILE [options]: of the tenth "
                  "that training kept aside", options, sizeof options / sizeof *options);
    if (job.text == NULL)
        exit_with("held-out: expected --text FILE; --help lists the options");
    return job;
}

/* gpt2_evaluate over one piece of the span after another, for the progress: a piece ends where a
 * window does, and its last id is the next one's first. Returns the sum of the nats. */
static double evaluate_pieces(const Gpt2 *model, Span span, Watch watch)
{
    size_t context = model->config.n_positions, batch = evaluation_batch(context);
    size_t windows = windows_count(span, context), done = 0, scored = 0;
    double nats = 0;
    for (size_t begin = span.begin; begin + 1 < span.end; begin += batch * context) {
        size_t left = span.end - begin - 1;
        size_t count = left < batch * context ? left : batch * context;
        Span piece = {span.stream, begin, begin + count + 1};
        nats += (double)count * gpt2_evaluate(model, piece, context, batch, 0);
        scored += count;
        done += windows_count(piece, context);
        watch.report(done, windows, scored, nats, watch.context);
    }
    return nats;
}

static int held_out(int argc, char **argv)
{
    Job job = parse_held_out(argc, argv);
    Judged judged = judged_load(&job);
    Stream stream = open_ids(&job, &judged);
    Span train, span;
    exit_if(corpus_split(&stream, job.text, judged.model->config.n_positions, &train, &span));
    report_check(&job);
    printf("text:  %s, %zu of %zu ids held out\n", job.text, span.end - span.begin, stream.count);
    Display display = display_make("window");
    double nats = evaluate_pieces(judged.model, span, (Watch){show, &display});
    check_finite(nats);
    size_t scored = span.end - span.begin - 1;
    size_t bytes = bytes_of(&judged.tokenizer, (Span){&stream, span.begin + 1, span.end});
    size_t context = judged.model->config.n_positions;
    printf("scored %zu ids, all but the first, in %zu windows of %zu that do not overlap\n\n",
           scored, windows_count(span, context), context);
    Report report = report_begin(&job, "held-out", judged.model);
    report_count(&report, "ids", span.end - span.begin);
    print_head();
    give_loss(&report, nats, scored, bytes, judged.model->config.vocab_size);
    report_end(&report);
    stream_free(&stream);
    judged_free(&judged);
    return 0;
}

int main(int argc, char **argv)
{
    static const char usage[] = "expected a command: evaluate perplexity, lambada or held-out";
    const struct {
        const char *name;
        int (*run)(int argc, char **argv);
    } commands[] = {{"perplexity", perplexity}, {"lambada", lambada}, {"held-out", held_out}};
    if (argc >= 2 && strcmp(argv[1], "--help") == 0) {
        printf("evaluate perplexity --run FOLDER --text FILE: of a text, by windows that overlap\n"
               "evaluate lambada --run FOLDER --text FILE: the last word of passages\n"
               "evaluate held-out --run FOLDER --text FILE: of what training kept aside\n"
               "Each has its own --help.\n");
        exit_if_unwritten();
        return 0;
    }
    for (size_t i = 0; argc >= 2 && i < sizeof commands / sizeof *commands; i++) {
        if (strcmp(argv[1], commands[i].name) != 0)
            continue;
        int status = commands[i].run(argc - 1, argv + 1);
        tape_free();
        gemm_free_buffers();
        exit_if_unwritten();
        return status;
    }
    if (argc < 2)
        exit_with("%s", usage);
    exit_with("%s; found \"%s\"", usage, argv[1]);
}
