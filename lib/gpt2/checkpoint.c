/* checkpoint: all that a run needs to go on, in a folder that is there whole or not at all.
 *
 *   model.safetensors      the parameters, in Hugging Face's names
 *   config.json            the model's sizes
 *   vocabulary.txt         what its ids mean; with byte pairs vocab.json and merges.txt
 *   optimizer.safetensors  AdamW's running means, "NAME.first" and "NAME.second"
 *   state.json             step, seed, dropout stream, settings
 *
 * The first three are the model: other tools read them, and so does a build of the other precision.
 * To resume, the last two must fit this build and this run exactly, as a resumed run has to give
 * the numbers of one never stopped. How folders appear and go is in run.c. Taught in chapter 15. */
#include "gpt2/gpt2.h"
#include "text/json.h"
#include "gpt2/run.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char FORMAT[] = "wengert-checkpoint";
enum { VERSION = 1 };

/* ---- the optimizer as named tensors ------------------------------------------------------------ */
/* A list over memory that it does not own: freed by means_free alone. */
typedef struct {
    Parameters list;
    Tensor *tensors;
} Means;

static void means_add(Means *means, const Parameter *of, const char *which, real *data)
{
    int i = means->list.count++;
    Parameter *item = &means->list.items[i];
    int length = snprintf(item->name, sizeof item->name, "%s.%s", of->name, which);
    require(length < PARAMETER_NAME_MAX, "checkpoint: the name \"%s\" is too long", of->name);
    means->tensors[i] =
        (Tensor){.shape = of->tensor->shape, .size = of->tensor->size, .data = data};
    item->tensor = &means->tensors[i];
}

static Means means_of(const Gpt2 *model, const AdamW *optimizer)
{
    const Parameters *list = &model->parameters;
    size_t count = 2 * (size_t)list->count;
    Means means = {.list = {.items = memory_calloc(count, sizeof *list->items),
                            .capacity = 2 * list->count},
                   .tensors = memory_calloc(count, sizeof *means.tensors)};
    require(optimizer->n == list->count,
            "checkpoint: the model has %d parameters, the optimizer %d", list->count, optimizer->n);
    for (int i = 0; i < list->count; i++) {
        require(optimizer->parameters[i] == list->items[i].tensor,
                "checkpoint: the optimizer's parameter %d is not the model's", i);
        means_add(&means, &list->items[i], "first", optimizer->first[i]);
        means_add(&means, &list->items[i], "second", optimizer->second[i]);
    }
    return means;
}

static void means_free(Means *means)
{
    free(means->list.items);
    free(means->tensors);
}

/* ---- state.json -------------------------------------------------------------------------------- */
static void write_number(FILE *stream, const char *name, double value)
{
    fprintf(stream, "  \"%s\": ", name);
    json_write_double(stream, value);
    fputs(",\n", stream);
}

/* All 64 bits may count, and JSON's numbers hold 53: so in quotes. */
static void write_uint64(FILE *stream, const char *name, uint64_t value)
{
    fprintf(stream, "  \"%s\": \"%" PRIu64 "\",\n", name, value);
}

static Error write_state(const RunState *state, const AdamW *optimizer, const char *path)
{
    NewFile file;
    Error error = file_create(&file, path);
    if (error.failed)
        return error;
    FILE *stream = file.stream;
    fprintf(stream, "{\n  \"format\": \"%s\",\n  \"version\": %d,\n", FORMAT, VERSION);
    fprintf(stream, "  \"precision\": \"%s\",\n  \"step\": %zu,\n", REAL_NAME, state->step);
    write_uint64(stream, "seed", state->seed);
    write_uint64(stream, "dropout_seed", state->dropout.seed);
    write_uint64(stream, "dropout_stream", state->dropout.stream);
    write_uint64(stream, "dropout_counter", state->dropout.counter);
    write_number(stream, "best", state->best);
    fprintf(stream, "  \"optimizer_step\": %ld,\n", optimizer->step);
    write_number(stream, "adam_beta1", optimizer->settings.beta1);
    write_number(stream, "adam_beta2", optimizer->settings.beta2);
    write_number(stream, "adam_epsilon", optimizer->settings.epsilon);
    write_number(stream, "adam_decay", optimizer->settings.decay);
    fprintf(stream, "  \"settings\": ");
    json_write_text(stream, state->settings);
    fprintf(stream, "\n}\n");
    return file_commit(&file);
}

static void check_form(Json *json)
{
    if (strcmp(json_text(json, "format"), FORMAT) != 0)
        json_expected(json, "format", "\"wengert-checkpoint\"");
    if (json_count(json, "version") != VERSION)
        json_expected(json, "version", "1, which this program knows");
    if (strcmp(json_text(json, "precision"), REAL_NAME) != 0)
        json_expected(json, "precision", "\"" REAL_NAME "\", the precision of this program");
}

/* The optimizer was made under this run's settings: means made under others would not continue. */
static void check_setting(Json *json, const char *name, double expected)
{
    char text[40];
    double found = json_double(json, name);
    snprintf(text, sizeof text, "%.17g, this run's", expected);
    if (!(found == expected))
        json_expected(json, name, text);
}

static Error read_state(RunState *state, const AdamW *optimizer, long *optimizer_step,
                        const char *path)
{
    Json json = json_open(path);
    check_form(&json);
    RunState read = {.step = json_count(&json, "step"),
                     .seed = json_uint64(&json, "seed"),
                     .dropout = {.seed = json_uint64(&json, "dropout_seed"),
                                 .stream = json_uint64(&json, "dropout_stream"),
                                 .counter = json_uint64(&json, "dropout_counter")},
                     .best = json_double(&json, "best")};
    *optimizer_step = (long)json_count(&json, "optimizer_step");
    check_setting(&json, "adam_beta1", optimizer->settings.beta1);
    check_setting(&json, "adam_beta2", optimizer->settings.beta2);
    check_setting(&json, "adam_epsilon", optimizer->settings.epsilon);
    check_setting(&json, "adam_decay", optimizer->settings.decay);
    const char *settings = json_text(&json, "settings");
    if (strlen(settings) >= sizeof read.settings)
        json_expected(&json, "settings", "a text of fewer than 2000 bytes");
    else
        strcpy(read.settings, settings);
    Error error = json_close(&json);
    if (!error.failed)
        *state = read;
    return error;
}

/* ---- saving ------------------------------------------------------------------------------------ */
static Error write_means(const Gpt2 *model, const AdamW *optimizer, const char *path)
{
    Means means = means_of(model, optimizer);
    Error error = safetensors_write(&means.list, path);
    means_free(&means);
    return error;
}

static Error write_folder(const char *folder, const Gpt2 *model, const AdamW *optimizer,
                          const Tokenizer *tokenizer, const RunState *state)
{
    Error error = safetensors_write(&model->parameters,
                                    path_join(folder, "model.safetensors").text);
    if (!error.failed)
        error = config_write(&model->config, path_join(folder, "config.json").text);
    if (!error.failed)
        error = tokenizer_write(tokenizer, folder);
    if (!error.failed)
        error = write_means(model, optimizer, path_join(folder, "optimizer.safetensors").text);
    if (!error.failed)
        error = write_state(state, optimizer, path_join(folder, "state.json").text);
    if (!error.failed)
        error = folder_sync(folder);
    return error;
}

Error checkpoint_save(const char *run, const Gpt2 *model, const AdamW *optimizer,
                      const Tokenizer *tokenizer, const RunState *state, int keep)
{
    Path fresh;
    Error error = run_prepare(run, state->step, &fresh);
    if (error.failed)
        return error;
    error = write_folder(fresh.text, model, optimizer, tokenizer, state);
    if (!error.failed)
        error = run_publish(run, state->step, &fresh);
    if (error.failed)
        run_discard(fresh.text);
    else
        run_prune(run, state->step, keep);
    return error;
}

/* ---- loading ----------------------------------------------------------------------------------- */
bool checkpoint_exists(const char *run)
{
    return run_has_checkpoint(run);
}

/* Of a folder that has both, each says how many ids there are. */
static Error check_vocabulary(const Tokenizer *tokenizer, const Config *config, const char *folder)
{
    size_t found = tokenizer_size(tokenizer);
    if (found == config->vocab_size)
        return no_error();
    return error_make("%s: expected a vocabulary of %zu ids, as config.json says, found %zu", folder,
                      config->vocab_size, found);
}

Error checkpoint_load_model(const char *run, Gpt2 **model, Tokenizer *tokenizer)
{
    Path folder;
    Gpt2 *loaded = NULL;
    Error error = run_find(run, &folder);
    if (!error.failed)
        error = tokenizer_read(tokenizer, folder.text);
    if (error.failed)
        return error;
    error = load_found(&loaded, &folder);
    if (!error.failed)
        error = check_vocabulary(tokenizer, &loaded->config, folder.text);
    if (!error.failed) {
        *model = loaded;
        return error;
    }
    gpt2_free(loaded);
    tokenizer_free(tokenizer);
    return error;
}

Error checkpoint_load_state(const char *run, const Gpt2 *model, AdamW *optimizer, RunState *state)
{
    Path folder;
    long optimizer_step = 0;
    RunState read;
    Error error = run_find(run, &folder);
    if (!error.failed)
        error = read_state(&read, optimizer, &optimizer_step,
                           path_join(folder.text, "state.json").text);
    if (error.failed)
        return error;
    Means means = means_of(model, optimizer);
    error = safetensors_read(&means.list, path_join(folder.text, "optimizer.safetensors").text);
    means_free(&means);
    if (!error.failed) {
        optimizer->step = optimizer_step;
        *state = read;
    }
    return error;
}

Error checkpoint_step(const char *run, size_t *step)
{
    Path folder;
    Error error = run_find(run, &folder);
    if (error.failed)
        return error;
    Path path = path_join(folder.text, "state.json");
    Json json = json_open(path.text);
    check_form(&json);
    *step = json_count(&json, "step");
    return json_close(&json);
}

Error checkpoint_clear(const char *run)
{
    return run_clear(run);
}
