/* safetensors_fuzz: whatever the bytes, reading them fills the whole list or changes nothing. */
#include "fuzz.h"

#include "gpt2/gpt2.h"

enum { VALUE = 7 };

static void fill(Parameters *list)
{
    for (int i = 0; i < list->count; i++)
        parameter_fill(list->items[i].tensor, VALUE);
}

static bool is_as_filled(const Parameters *list)
{
    for (int i = 0; i < list->count; i++)
        for (size_t j = 0; j < list->items[i].tensor->size; j++)
            if (list->items[i].tensor->data[j] != VALUE)
                return false;
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static Parameters list;
    if (list.count == 0) {
        parameters_add(&list, "wte", "weight", shape2(5, 3));
        parameters_add(&list, "ln_f", "bias", shape1(3));
    }
    fill(&list);
    Error error = safetensors_read(&list, fuzz_file("model.safetensors", data, size));
    fuzz_error(error);
    require(!error.failed || is_as_filled(&list), "fuzz: an error, and yet a tensor has changed");
    return 0;
}
