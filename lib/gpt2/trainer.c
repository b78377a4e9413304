/* trainer: the training loop. Taught in chapter 15.
 *
 * For each step: forget the gradients; for each micro-batch draw windows, run forward and backward,
 * and let the gradients add up; clip by the global norm; take AdamW's step at the scheduled rate;
 * now and then measure held-out loss and save. Everything random is a function of the seed and a
 * counter, so a run that was stopped anywhere goes on with the very same losses. */
#include "gpt2/gpt2.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

TrainSettings train_settings_default(void)
{
    return (TrainSettings){.steps = 1500, .batch = 12, .micro_batches = 1, .rate = 1e-3,
                           .floor = 1e-4, .warm_up = 100, .beta1 = 0.9, .beta2 = 0.99,
                           .decay = 0.1, .clip = 1, .seed = 1, .evaluate_every = 100,
                           .evaluate_windows = 120, .save_every = 250};
}

Error train_settings_check(const TrainSettings *s, const Config *config)
{
    if (s->window > config->n_positions)
        return error_make("expected a context of at most the model's %zu positions, found %zu",
                          config->n_positions, s->window);
    if (s->batch == 0 || s->micro_batches == 0 || s->steps == 0)
        return error_make("expected at least one step, window and micro-batch, found %zu, %zu, %zu",
                          s->steps, s->batch, s->micro_batches);
    if (!(s->rate > 0) || !(s->floor >= 0) || !(s->floor <= s->rate))
        return error_make("expected a rate above 0 and a floor from 0 to it, found %g and %g",
                          s->rate, s->floor);
    if (s->warm_up > s->steps)
        return error_make("expected a warm-up of at most the run's %zu steps, found %zu", s->steps,
                          s->warm_up);
    if (!(s->beta1 >= 0 && s->beta1 < 1) || !(s->beta2 >= 0 && s->beta2 < 1))
        return error_make("expected betas from 0 to below 1, found %g and %g", s->beta1, s->beta2);
    if (!(s->decay >= 0) || !(s->clip >= 0) || isinf(s->decay) || isinf(s->clip))
        return error_make("expected a decay and a clip of at least 0, found %g and %g", s->decay,
                          s->clip);
    if (!(s->dropout >= 0 && s->dropout < 1))
        return error_make("expected a dropout from 0 to below 1, found %g", s->dropout);
    return no_error();
}

/* ---- one run ----------------------------------------------------------------------------------- */
typedef struct {
    Gpt2 *model;
    const Tokenizer *tokenizer;
    Span train, held_out;
    const TrainSettings *settings;
    Tensor **parameters;
    AdamW *optimizer;
    RunState state;
    int *inputs, *targets; /* (B,T) */
    double began, evaluating; /* seconds */
    size_t first_step, context;
} Run;

/* A number that changes with the ids of the text: FNV-1a, as its authors published it. */
static uint64_t fingerprint(Span span)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (size_t i = span.begin; i < span.end; i++)
        hash = (hash ^ (uint64_t)stream_get(span.stream, i)) * UINT64_C(1099511628211);
    return hash;
}

/* All that the losses depend on, in one line: a resumed run must have the same. */
static void describe_settings(const Run *run, char *text, size_t size)
{
    const TrainSettings *s = run->settings;
    snprintf(text, size,
             "steps %zu, batch %zu, micro-batches %zu, context %zu, rate %.17g, floor %.17g, warm-up %zu, "
             "betas %.17g %.17g, decay %.17g, clip %.17g, dropout %.17g, seed %" PRIu64
             ", text %zu ids %016" PRIx64, s->steps, s->batch, s->micro_batches, run->context, s->rate, s->floor,
             s->warm_up, s->beta1, s->beta2, s->decay, s->clip, s->dropout, s->seed,
             run->train.end - run->train.begin, fingerprint(run->train));
}

/* The one setting of a line that stands at a byte, as far as the next comma. */
static const char *setting_at(const char *line, size_t at, int *length)
{
    while (at > 0 && !(line[at] == ' ' && line[at - 1] == ','))
        at--;
    const char *setting = line + at + (at > 0);
    *length = (int)strcspn(setting, ",");
    return setting;
}

static Error other_settings(const char *run, const char *begun, const char *wanted)
{
    size_t same = 0;
    int first, second;
    while (begun[same] == wanted[same])
        same++;
    const char *expected = setting_at(begun, same, &first);
    const char *found = setting_at(wanted, same, &second);
    return error_make("%s: begun with other settings or another text: expected %.*s, found %.*s",
                      run, first, expected, second, found);
}

static Error resume(Run *run)
{
    char wanted[sizeof run->state.settings];
    memcpy(wanted, run->state.settings, sizeof wanted);
    Error error = checkpoint_load_state(run->settings->run, run->model, run->optimizer,
                                        &run->state);
    if (error.failed)
        return error;
    if (strcmp(wanted, run->state.settings) != 0)
        return other_settings(run->settings->run, run->state.settings, wanted);
    run->first_step = run->state.step;
    return no_error();
}

static void run_begin(Run *run)
{
    const TrainSettings *s = run->settings;
    int n = run->model->parameters.count;
    size_t ids = s->batch * run->context;
    AdamSettings adam = {s->beta1, s->beta2, 1e-8, s->decay};
    run->parameters = memory_alloc((size_t)n * sizeof *run->parameters);
    for (int i = 0; i < n; i++)
        run->parameters[i] = run->model->parameters.items[i].tensor;
    run->optimizer = adamw_make(run->parameters, n, NULL, adam);
    run->inputs = memory_alloc(2 * ids * sizeof *run->inputs);
    run->targets = run->inputs + ids;
    run->state = (RunState){.seed = s->seed, .dropout = random_make(s->seed, 2), .best = nan("")};
    describe_settings(run, run->state.settings, sizeof run->state.settings);
}

static void run_end(Run *run)
{
    adamw_free(run->optimizer);
    free(run->parameters);
    free(run->inputs);
}

/* Forward and backward over the step's micro-batches; the mean of their losses. The gradients are
 * left as sums over the micro-batches: the optimizer divides as it reads them. */
static double accumulate(Run *run)
{
    const TrainSettings *s = run->settings;
    double sum = 0;
    parameters_zero_grad(&run->model->parameters);
    for (size_t m = 0; m < s->micro_batches; m++) {
        profile_enter("batch", false);
        batch_draw(run->train, s->batch, run->context, s->seed,
                   run->state.step * s->micro_batches + m, run->inputs, run->targets);
        TapeMark mark = tape_mark();
        Random *dropout = s->dropout > 0 ? &run->state.dropout : NULL;
        Tensor *loss = gpt2_loss(run->model, run->inputs, run->targets, s->batch, run->context, dropout,
                                 (real)s->dropout);
        tensor_backward(loss);
        sum += (double)tensor_item(loss);
        tape_release(mark);
    }
    return sum / (double)s->micro_batches;
}

/* One step; fills what is to be reported. */
static Error step(Run *run, TrainReport *report)
{
    const TrainSettings *s = run->settings;
    const Schedule schedule = {s->rate, s->floor, (long)s->warm_up, (long)s->steps};
    double share = 1 / (double)s->micro_batches;
    report->loss = accumulate(run);
    profile_enter("norm", false);
    report->gradient_norm =
        share * gradients_norm(run->parameters, run->model->parameters.count);
    if (!isfinite(report->loss) || !isfinite(report->gradient_norm))
        return error_make("step %zu: expected a finite loss and gradient, found %g and %g; a lower "
                          "rate or clipping may help", run->state.step + 1, report->loss,
                          report->gradient_norm);
    double clip = s->clip > 0 ? clip_scale(report->gradient_norm, s->clip) : 1;
    report->rate = schedule_rate(&schedule, (long)run->state.step);
    profile_enter("adamw", false);
    adamw_step(run->optimizer, report->rate, share * clip);
    profile_enter(NULL, false);
    report->step = ++run->state.step;
    return no_error();
}

static double measure(Run *run, size_t windows)
{
    double before = seconds_now();
    bool profiled = profile_set(false);
    double loss = gpt2_evaluate(run->model, run->held_out, run->context, run->settings->batch,
                                windows);
    profile_set(profiled);
    run->evaluating += seconds_now() - before;
    if (isnan(run->state.best) || loss < run->state.best)
        run->state.best = loss;
    return loss;
}

static double speed(const Run *run)
{
    size_t ids = run->settings->batch * run->settings->micro_batches *
                 run->context * (run->state.step - run->first_step);
    return (double)ids / (seconds_now() - run->began - run->evaluating);
}

static bool every(size_t step, size_t interval)
{
    return interval > 0 && step % interval == 0;
}

static Error tell(const Run *run, const TrainReport *report)
{
    const TrainSettings *s = run->settings;
    return s->report == NULL ? no_error() : s->report(report, s->context);
}

static Error save(const Run *run)
{
    return checkpoint_save(run->settings->run, run->model, run->optimizer, run->tokenizer,
                           &run->state, 2);
}

/* After a step: measure and tell, and save where it is due. */
static Error after_step(Run *run, TrainReport *report, bool stop)
{
    const TrainSettings *s = run->settings;
    bool last = run->state.step == s->steps;
    report->validation = nan("");
    if (last || every(run->state.step, s->evaluate_every))
        report->validation = measure(run, last ? 0 : s->evaluate_windows);
    report->tokens_per_second = speed(run);
    report->saving = s->run != NULL && (last || stop || every(run->state.step, s->save_every));
    Error error = tell(run, report);
    return error.failed || !report->saving ? error : save(run);
}

static Error loop(Run *run, TrainResult *result)
{
    const TrainSettings *s = run->settings;
    TrainReport report = {.step = run->state.step, .loss = nan(""), .validation = nan(""),
                          .gradient_norm = nan(""), .rate = nan(""), .tokens_per_second = nan("")};
    Error error = no_error();
    if (run->state.step == 0) {
        if (s->evaluate_every > 0)
            report.validation = measure(run, s->evaluate_windows);
        error = tell(run, &report);
    } else if (run->state.step == s->steps)
        report.validation = measure(run, 0);
    bool stop = false;
    while (!error.failed && run->state.step < s->steps && !stop) {
        error = step(run, &report);
        stop = s->stop != NULL && *s->stop != 0;
        if (!error.failed)
            error = after_step(run, &report, stop);
    }
    result->loss = report.loss;
    result->validation = run->state.step == s->steps ? report.validation : nan("");
    return error;
}

Error gpt2_train(Gpt2 *model, const Tokenizer *tokenizer, Span train, Span held_out,
                 const TrainSettings *settings, TrainResult *result)
{
    Error error = train_settings_check(settings, &model->config);
    if (error.failed)
        return error;
    require(tokenizer != NULL || settings->run == NULL,
            "gpt2_train: expected a tokenizer to save with the run, found none");
    size_t positions = model->config.n_positions;
    Run run = {.context = settings->window == 0 ? positions : settings->window,
               .model = model, .tokenizer = tokenizer,
               .train = train, .held_out = held_out,
               .settings = settings};
    *result = (TrainResult){.validation = nan(""), .loss = nan("")};
    run_begin(&run);
    size_t segment = settings->segment == 0 ? gpt2_segment_default(&model->config)
                                            : settings->segment;
    gpt2_set_segment(model, settings->checkpointing ? segment : 0);
    if (settings->resume)
        error = resume(&run);
    run.began = seconds_now();
    if (!error.failed)
        error = loop(&run, result);
    result->first_step = run.first_step;
    result->step = run.state.step;
    result->seconds = seconds_now() - run.began;
    run_end(&run);
    return error;
}
