/* config_fuzz: whatever the bytes, what is read has passed config_check, and written and read again
 * it is the same. */
#include "fuzz.h"

#include "gpt2/gpt2.h"

static bool same(const Config *a, const Config *b)
{
    return a->n_layer == b->n_layer && a->n_head == b->n_head && a->n_embd == b->n_embd &&
           a->vocab_size == b->vocab_size && a->n_positions == b->n_positions &&
           a->layer_norm_epsilon == b->layer_norm_epsilon && a->tanh_gelu == b->tanh_gelu &&
           a->tied == b->tied && a->bias == b->bias;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Config config, again;
    Error error = config_read(&config, fuzz_file("config.json", data, size));
    fuzz_error(error);
    if (error.failed)
        return 0;
    error = config_check(&config);
    require(!error.failed, "fuzz: read, and yet: %s", error.text);
    error = config_write(&config, fuzz_path("again.json"));
    if (!error.failed)
        error = config_read(&again, fuzz_path("again.json"));
    require(!error.failed && same(&config, &again), "fuzz: written and read again: %s", error.text);
    return 0;
}
