/* load: a model out of a folder, ours or one in Hugging Face's files. Taught in chapter 17.
 *
 *   config.json          its sizes and variants
 *   model.safetensors    its parameters, by name
 *
 * Nothing else is asked for, so what others published is read like what was trained here. A config is
 * not believed before the file beside it could hold what it promises; then the model is made without
 * drawing initial values, and filled. */
#include "gpt2/gpt2.h"
#include "gpt2/run.h"

/* Before memory is asked for: no element is narrower than 2 bytes, so a config that promises more
 * parameters than the file can hold is caught here. */
static Error check_room(const Config *config, const char *path)
{
    MappedFile file;
    Error error = file_map(&file, path);
    size_t count = gpt2_parameter_count(config), size = file.size;
    file_unmap(&file);
    if (error.failed || size / 2 >= count)
        return error;
    return error_make("%s: expected %zu parameters, as config.json says, found %zu bytes", path,
                      count, size);
}

/* A model that holds a NaN or an infinity can say nothing: better told here than at its first word. */
static Error check_finite(const Parameters *list, const char *path)
{
    for (int i = 0; i < list->count; i++) {
        const Tensor *tensor = list->items[i].tensor;
        for (size_t j = 0; j < tensor->size; j++)
            if (!isfinite(tensor->data[j]))
                return error_make("%s: tensor \"%s\": expected finite numbers, found %g at element %zu",
                                  path, list->items[i].name, (double)tensor->data[j], j);
    }
    return no_error();
}

/* Numbers may be finite and still too large to multiply: one id asked is enough to see it. */
static Error check_speaks(const Gpt2 *model, const char *path)
{
    bool recording = tape_set_recording(false);
    TapeMark mark = tape_mark();
    const Tensor *logits = gpt2_forward(model, &(int){0}, 1, 1, NULL, 0);
    Error error = no_error();
    for (size_t i = 0; i < logits->size && !error.failed; i++)
        if (!isfinite(logits->data[i]))
            error = error_make("%s: expected weights that give finite logits, found %g for id %zu",
                               path, (double)logits->data[i], i);
    tape_release(mark);
    tape_set_recording(recording);
    return error;
}

Error load_found(Gpt2 **model, const Path *folder)
{
    Config config;
    Path path = path_join(folder->text, "model.safetensors");
    Error error = config_read(&config, path_join(folder->text, "config.json").text);
    if (!error.failed)
        error = check_room(&config, path.text);
    if (error.failed)
        return error;
    Gpt2 *made = gpt2_make_empty(&config);
    error = safetensors_read(&made->parameters, path.text);
    if (!error.failed)
        error = check_finite(&made->parameters, path.text);
    if (!error.failed)
        error = check_speaks(made, path.text);
    if (error.failed)
        gpt2_free(made);
    else
        *model = made;
    return error;
}

Error gpt2_load(Gpt2 **model, const char *folder)
{
    Path found;
    Error error = run_find(folder, &found);
    return error.failed ? error : load_found(model, &found);
}
