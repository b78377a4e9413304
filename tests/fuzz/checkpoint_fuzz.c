/* checkpoint_fuzz: a whole small checkpoint of which one file, chosen by the first byte, is replaced
 * by the others: loading it, and its state, succeeds or is an Error, and nothing is lost. */
#include "fuzz.h"

#include "gpt2/gpt2.h"

static const char *const files[] = {"config.json", "model.safetensors", "vocabulary.txt",
                                    "state.json", "optimizer.safetensors"};
enum { FILES = sizeof files / sizeof *files, FILE_MAX = 1 << 16 };
typedef struct {
    uint8_t bytes[FILE_MAX];
    size_t size;
} Whole;

static AdamW *make_optimizer(const Gpt2 *model, Tensor **parameters)
{
    for (int i = 0; i < model->parameters.count; i++)
        parameters[i] = model->parameters.items[i].tensor;
    const AdamSettings settings = {0.9, 0.99, 1e-8, 0.1};
    return adamw_make(parameters, model->parameters.count, NULL, settings);
}

static void read_whole(Whole *whole, const char *name)
{
    MappedFile file;
    exit_if(file_map(&file, fuzz_path(name)));
    require(file.size <= FILE_MAX, "fuzz: %s is too large", name);
    memcpy(whole->bytes, file.bytes, file.size);
    whole->size = file.size;
    file_unmap(&file);
}

/* The checkpoint that every input is a damage of; its files into `wholes`. */
static void make_checkpoint(Whole *wholes)
{
    Config config = {.n_layer = 1, .n_head = 1, .n_embd = 2, .vocab_size = 3, .n_positions = 4,
                     .layer_norm_epsilon = 1e-5, .tanh_gelu = true, .tied = true, .bias = true};
    Gpt2 *model = gpt2_make(&config, 1);
    Tensor *parameters[64];
    AdamW *optimizer = make_optimizer(model, parameters);
    Tokenizer tokenizer = {.characters = vocabulary_make((const unsigned char *)"abc", 3)};
    RunState state = {.step = 1, .best = 2.5, .settings = "steps 1"};
    char name[64], run[64];
    snprintf(run, sizeof run, "%s/run", fuzz_folder());
    exit_if(checkpoint_save(run, model, optimizer, &tokenizer, &state, 1));
    for (int i = 0; i < FILES; i++) {
        snprintf(name, sizeof name, "run/latest/%s", files[i]);
        read_whole(&wholes[i], name);
    }
    adamw_free(optimizer);
    gpt2_free(model);
    tokenizer_free(&tokenizer);
}

static void load(const char *folder)
{
    Gpt2 *model;
    Tokenizer tokenizer;
    RunState state;
    Tensor *parameters[64];
    Error error = checkpoint_load_model(folder, &model, &tokenizer);
    fuzz_error(error);
    if (error.failed)
        return;
    if (model->parameters.count <= 64) {
        AdamW *optimizer = make_optimizer(model, parameters);
        fuzz_error(checkpoint_load_state(folder, model, optimizer, &state));
        adamw_free(optimizer);
    }
    gpt2_free(model);
    tokenizer_free(&tokenizer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static Whole *wholes;
    if (wholes == NULL) {
        wholes = memory_calloc(FILES, sizeof *wholes);
        make_checkpoint(wholes);
    }
    if (size == 0)
        return 0;
    for (int i = 0; i < FILES; i++)
        if (i == data[0] % FILES)
            fuzz_file(files[i], data + 1, size - 1);
        else
            fuzz_file(files[i], wholes[i].bytes, wholes[i].size);
    load(fuzz_folder());
    return 0;
}
