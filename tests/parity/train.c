/* train: one step and a hundred by gpt2_train itself, against tests/oracle/train.py.
 *
 * `export` writes what both sides begin with: the model before its first step, as Hugging Face's
 * files have it, and the batches that the trainer will draw. */
#include "parity.h"
#include "show/show.h"

#include <stdlib.h>
#include <string.h>

enum { STEPS = 100, BATCH = 12, SEED = 1 };

/* ---- the run ------------------------------------------------------------------------------------- */
typedef struct {
    Corpus corpus;
    Span train;
    Config config;
    size_t steps;
    real loss[STEPS], gradient_norm[STEPS], rate[STEPS];
} Run;

static Run *run_make(const char *text, size_t steps)
{
    Span held_out;
    Run *run = memory_calloc(1, sizeof *run);
    run->steps = steps;
    run->config = config_default();
    exit_if(corpus_read(&run->corpus, text, NULL));
    exit_if(corpus_split(&run->corpus.stream, text, run->config.n_positions, &run->train, &held_out));
    run->config.vocab_size = (size_t)run->corpus.vocabulary.size;
    return run;
}

static void run_free(Run *run)
{
    corpus_free(&run->corpus);
    free(run);
}

static const char *path_in(const char *folder, const char *name)
{
    static char path[2000];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

/* ---- export -------------------------------------------------------------------------------------- */
static void export_batches(const Run *run, const char *folder)
{
    Parameters list = {NULL, 0, 0};
    size_t context = run->config.n_positions, size = BATCH * context;
    const Shape shape = shape3(STEPS, BATCH, context);
    Tensor *inputs = parameters_add(&list, "", "ids", shape);
    Tensor *targets = parameters_add(&list, "", "targets", shape);
    int *ids = memory_alloc(2 * size * sizeof *ids);
    for (size_t n = 0; n < STEPS; n++) {
        batch_draw(run->train, BATCH, context, SEED, n, ids, ids + size);
        for (size_t i = 0; i < size; i++) {
            inputs->data[n * size + i] = (real)ids[i];
            targets->data[n * size + i] = (real)ids[size + i];
        }
    }
    exit_if(safetensors_write(&list, path_in(folder, "batches.safetensors")));
    free(ids);
    parameters_free(&list);
}

void export_command(const Arguments *a)
{
    Run *run = run_make(a->text, STEPS);
    Gpt2 *model = gpt2_make(&run->config, SEED);
    exit_if(folder_make(a->out));
    exit_if(config_write(&run->config, path_in(a->out, "config.json")));
    exit_if(safetensors_write(&model->parameters, path_in(a->out, "model.safetensors")));
    export_batches(run, a->out);
    gpt2_free(model);
    run_free(run);
}

/* ---- training ------------------------------------------------------------------------------------ */
static Error keep(const TrainReport *report, void *context)
{
    Run *run = context;
    if (report->step == 0)
        return no_error();
    run->loss[report->step - 1] = (real)report->loss;
    run->gradient_norm[report->step - 1] = (real)report->gradient_norm;
    run->rate[report->step - 1] = (real)report->rate;
    return no_error();
}

/* Trains and leaves a checkpoint in FOLDER/run. Held out are two ids, for nobody looks at their loss. */
static void train(Run *run, const char *folder)
{
    char path[1200];
    TrainResult result;
    snprintf(path, sizeof path, "%s/run", folder);
    Gpt2 *model = gpt2_make(&run->config, SEED);
    TrainSettings settings = train_settings_default();
    settings.steps = run->steps;
    settings.batch = BATCH;
    settings.warm_up = run->steps == 1 ? 0 : 10;
    settings.floor = run->steps == 1 ? settings.rate : 1e-4;
    settings.seed = SEED;
    settings.evaluate_every = 0;
    settings.run = path;
    settings.report = keep;
    settings.context = run;
    const Span nothing = {run->train.stream, run->train.begin, run->train.begin + 2};
    exit_if(checkpoint_clear(path));
    exit_if(gpt2_train(model, &run->corpus.vocabulary, run->train, nothing, &settings, &result));
    gpt2_free(model);
}

static void compare_log(const Run *run, Fixture *fixture, const char *tensor, const real *ours,
                        Measure measure, double bound)
{
    char name[100];
    const char *plural = run->steps == 1 ? "" : "s";
    snprintf(name, sizeof name, "%zu step%s in %s: %s", run->steps, plural, REAL_NAME, tensor);
    Group group = group_begin(name, measure, bound);
    group_compare(&group, fixture, tensor, ours, shape1(run->steps));
    group_end(&group);
}

/* ---- one step ------------------------------------------------------------------------------------ */
static void compare_parameters(const Gpt2 *model, Fixture *fixture)
{
    char name[200];
    Group group = group_begin("1 step: every parameter", RELATIVE, 1e-12);
    for (int i = 0; i < model->parameters.count; i++) {
        const Parameter *p = &model->parameters.items[i];
        snprintf(name, sizeof name, "model/%s", p->name);
        group_compare(&group, fixture, name, p->tensor->data, p->tensor->shape);
    }
    group_end(&group);
}

/* AdamW's mean of a kind, "first" or "second", of every parameter, from the checkpoint's file. */
static void compare_means(const Gpt2 *model, Fixture *fixture, const char *folder, const char *kind)
{
    char name[200];
    snprintf(name, sizeof name, "1 step: AdamW's %s mean of every gradient", kind);
    Group group = group_begin(name, RELATIVE, 1e-12);
    Fixture ours = fixture_open(path_in(folder, "run/latest/optimizer.safetensors"));
    for (int i = 0; i < model->parameters.count; i++) {
        const Parameter *p = &model->parameters.items[i];
        size_t count;
        snprintf(name, sizeof name, "%s.%s", p->name, kind);
        real *values = fixture_need(&ours, name, &count);
        snprintf(name, sizeof name, "%s/%s", kind, p->name);
        group_compare(&group, fixture, name, values, p->tensor->shape);
        free(values);
    }
    for (size_t i = 0; i < ours.file.count; i++)
        ours.used[i] = true; /* the other kind has its turn */
    fixture_close(&ours);
    group_end(&group);
}

void step_command(const Arguments *a)
{
    Run *run = run_make(a->text, 1);
    Gpt2 *model;
    train(run, a->in);
    exit_if(gpt2_load(&model, path_in(a->in, "run")));
    Fixture fixture = fixture_open(a->reference);
    compare_log(run, &fixture, "loss", run->loss, RELATIVE, 1e-12);
    compare_log(run, &fixture, "gradient_norm", run->gradient_norm, RELATIVE, 1e-12);
    compare_log(run, &fixture, "rate", run->rate, RELATIVE, 1e-12);
    compare_parameters(model, &fixture);
    compare_means(model, &fixture, a->in, "first");
    compare_means(model, &fixture, a->in, "second");
    fixture_close(&fixture);
    gpt2_free(model);
    run_free(run);
}

/* ---- a hundred ----------------------------------------------------------------------------------- */
void train_command(const Arguments *a)
{
    const bool is_float = sizeof(real) == sizeof(float);
    Run *run = run_make(a->text, STEPS);
    train(run, a->in);
    Fixture fixture = fixture_open(a->reference);
    compare_log(run, &fixture, "loss", run->loss, ABSOLUTE, is_float ? 1e-4 : 1e-11);
    compare_log(run, &fixture, "gradient_norm", run->gradient_norm, RELATIVE, is_float ? 1e-3 : 1e-10);
    compare_log(run, &fixture, "rate", run->rate, RELATIVE, is_float ? 1e-6 : 1e-12);
    fixture_close(&fixture);
    Parameters list = {NULL, 0, 0};
    memcpy(parameters_add(&list, "", "loss", shape1(STEPS))->data, run->loss, sizeof run->loss);
    exit_if(safetensors_write(&list, path_in(a->in, "ours.safetensors")));
    parameters_free(&list);
    run_free(run);
}

/* ---- curves -------------------------------------------------------------------------------------- */
static real *read_losses(const char *folder, const char *name)
{
    size_t count;
    Fixture fixture = fixture_open(path_in(folder, name));
    real *losses = fixture_need(&fixture, "loss", &count);
    if (count != STEPS)
        exit_with("%s/%s: expected %d losses, found %zu", folder, name, STEPS, count);
    for (size_t i = 0; i < fixture.file.count; i++)
        fixture.used[i] = true; /* rates and norms were compared before */
    fixture_close(&fixture);
    return losses;
}

static double largest_difference(const real *a, const real *b)
{
    double worst = 0;
    for (size_t i = 0; i < STEPS; i++)
        worst = fmax(worst, (double)fabs(a[i] - b[i]));
    return worst;
}

/* Five runs of a hundred steps side by side, into the table of plots/17-parity.gp. */
void curves_command(const Arguments *a)
{
    static const char *const files[] = {"double/ours", "double/pytorch", "double/nudged",
                                        "float/ours", "float/pytorch"};
    enum { OURS, PYTORCH, NUDGED, OURS_FLOAT, PYTORCH_FLOAT, RUNS };
    real *loss[RUNS];
    char name[100];
    TsvLog table;
    for (int i = 0; i < RUNS; i++) {
        snprintf(name, sizeof name, "%s.safetensors", files[i]);
        loss[i] = read_losses(a->in, name);
    }
    exit_if(tsv_create(&table, a->out, "step ours pytorch double float nudged precision"));
    for (size_t i = 0; i < STEPS; i++)
        exit_if(tsv_row(&table, 7, (double[]){(double)(i + 1), (double)loss[OURS][i],
            (double)loss[PYTORCH][i], (double)fabs(loss[OURS][i] - loss[PYTORCH][i]),
            (double)fabs(loss[OURS_FLOAT][i] - loss[PYTORCH_FLOAT][i]),
            (double)fabs(loss[NUDGED][i] - loss[PYTORCH][i]),
            (double)fabs(loss[PYTORCH_FLOAT][i] - loss[PYTORCH][i])}));
    exit_if(tsv_close(&table));
    printf("largest difference of %d losses: ours from PyTorch %.1e in double, %.1e in float\n", STEPS,
           largest_difference(loss[OURS], loss[PYTORCH]),
           largest_difference(loss[OURS_FLOAT], loss[PYTORCH_FLOAT]));
    printf("  beside it: PyTorch from itself, one weight's last bit changed, %.1e; PyTorch's float "
           "from its double %.1e\n", largest_difference(loss[NUDGED], loss[PYTORCH]),
           largest_difference(loss[PYTORCH_FLOAT], loss[PYTORCH]));
    for (int i = 0; i < RUNS; i++)
        free(loss[i]);
}
