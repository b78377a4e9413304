/* config: the model's sizes and variants, and config.json in Hugging Face's names.
 *
 * The file may come from anywhere, so every value is checked before memory is asked for: sizes are
 * bounded so that no product of them overflows, and what this model does not compute (another
 * activation, another inner width, attention scaled by layer) is refused rather than computed as
 * something else. Taught in chapter 17. */
#include "gpt2/gpt2.h"
#include "text/json.h"

#include <limits.h>
#include <string.h>

Config config_default(void)
{
    return (Config){.n_layer = 4, .n_head = 4, .n_embd = 128, .n_positions = 64,
                    .layer_norm_epsilon = 1e-5, .tanh_gelu = true, .tied = true, .bias = true};
}

/* Each far above any model that was ever trained; together the number of parameters stays below
 * 2^55: 12 n_layer n_embd^2 for the blocks, (2 vocab_size + n_positions) n_embd for the tables. */
enum { LAYER_LIMIT = 1000, WIDTH_LIMIT = 1 << 20, POSITION_LIMIT = 1 << 28 };

static Error check_size(const char *name, size_t value, size_t limit)
{
    if (value >= 1 && value <= limit)
        return no_error();
    return error_make("expected %s from 1 to %zu, found %zu", name, limit, value);
}

Error config_check(const Config *config)
{
    const struct {
        const char *name;
        size_t value, limit;
    } sizes[] = {{"n_layer", config->n_layer, LAYER_LIMIT},
                 {"n_head", config->n_head, WIDTH_LIMIT},
                 {"n_embd", config->n_embd, WIDTH_LIMIT},
                 {"vocab_size", config->vocab_size, INT_MAX}, /* ids are ints */
                 {"n_positions", config->n_positions, POSITION_LIMIT}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        Error error = check_size(sizes[i].name, sizes[i].value, sizes[i].limit);
        if (error.failed)
            return error;
    }
    if (config->n_embd % config->n_head != 0)
        return error_make("expected n_embd to be a multiple of n_head = %zu, found %zu",
                          config->n_head, config->n_embd);
    /* Below, it is 0 to a float; above, it drowns the variance that it stands beside. */
    if (!(config->layer_norm_epsilon >= 1e-30 && config->layer_norm_epsilon <= 1))
        return error_make("expected layer_norm_epsilon from 1e-30 to 1, found %g",
                          config->layer_norm_epsilon);
    return no_error();
}

/* ---- config.json ------------------------------------------------------------------------------- */
/* Fields that may be absent then have the value that Hugging Face's GPT-2 gives them. */
static bool bool_or(Json *json, const char *name, bool otherwise)
{
    return json_has(json, name) ? json_bool(json, name) : otherwise;
}

static bool read_activation(Json *json)
{
    if (!json_has(json, "activation_function"))
        return true;
    const char *name = json_text(json, "activation_function");
    bool tanh_gelu = strcmp(name, "gelu_new") == 0 || strcmp(name, "gelu_pytorch_tanh") == 0;
    if (!tanh_gelu && strcmp(name, "gelu") != 0)
        json_expected(json, "activation_function", "\"gelu_new\" or \"gelu\"");
    return tanh_gelu;
}

/* What changes the computation in ways this model has no code for. */
static void refuse_variants(Json *json, const Config *config)
{
    if (json_has(json, "model_type") && strcmp(json_text(json, "model_type"), "gpt2") != 0)
        json_expected(json, "model_type", "\"gpt2\"");
    if (json_has(json, "n_inner") && json_count(json, "n_inner") != 4 * config->n_embd)
        json_expected(json, "n_inner", "4 times n_embd");
    if (!bool_or(json, "scale_attn_weights", true))
        json_expected(json, "scale_attn_weights", "true");
    if (bool_or(json, "scale_attn_by_inverse_layer_idx", false))
        json_expected(json, "scale_attn_by_inverse_layer_idx", "false");
    if (bool_or(json, "add_cross_attention", false))
        json_expected(json, "add_cross_attention", "false");
}

Error config_read(Config *config, const char *path)
{
    Json json = json_open(path);
    Config read = {.n_layer = json_count(&json, "n_layer"),
                   .n_head = json_count(&json, "n_head"),
                   .n_embd = json_count(&json, "n_embd"),
                   .vocab_size = json_count(&json, "vocab_size"),
                   .n_positions = json_count(&json, "n_positions"),
                   .layer_norm_epsilon = 1e-5};
    if (json_has(&json, "layer_norm_epsilon"))
        read.layer_norm_epsilon = json_double(&json, "layer_norm_epsilon");
    read.tanh_gelu = read_activation(&json);
    read.tied = bool_or(&json, "tie_word_embeddings", true);
    read.bias = bool_or(&json, "bias", true);
    refuse_variants(&json, &read);
    Error error = json_close(&json);
    if (error.failed)
        return error;
    error = config_check(&read);
    if (error.failed)
        return error_make("%s: %s", path, error.text);
    *config = read;
    return no_error();
}

Error config_write(const Config *config, const char *path)
{
    NewFile file;
    Error error = file_create(&file, path);
    if (error.failed)
        return error;
    fprintf(file.stream,
            "{\n  \"architectures\": [\"GPT2LMHeadModel\"],\n  \"model_type\": \"gpt2\",\n");
    fprintf(file.stream, "  \"n_layer\": %zu,\n  \"n_head\": %zu,\n  \"n_embd\": %zu,\n",
            config->n_layer, config->n_head, config->n_embd);
    fprintf(file.stream, "  \"vocab_size\": %zu,\n  \"n_positions\": %zu,\n", config->vocab_size,
            config->n_positions);
    fprintf(file.stream, "  \"activation_function\": \"%s\",\n",
            config->tanh_gelu ? "gelu_new" : "gelu");
    fprintf(file.stream, "  \"layer_norm_epsilon\": ");
    json_write_double(file.stream, config->layer_norm_epsilon);
    fprintf(file.stream, ",\n  \"tie_word_embeddings\": %s", config->tied ? "true" : "false");
    if (!config->bias)
        fprintf(file.stream, ",\n  \"bias\": false");
    fprintf(file.stream, "\n}\n");
    return file_commit(&file);
}
